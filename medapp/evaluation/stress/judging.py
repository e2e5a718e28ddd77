"""Answers on changed images beside those on the same images unchanged, as figures with intervals.

What this module does not know: what was done to the images, networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.case import Case, Decide, build_case
from medapp.evaluation.comparison import subtract
from medapp.evaluation.estimates import (
    Estimate,
    average,
    estimate_share,
    find_difference,
)
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.familiarity import ALIEN_VERDICT, FAMILIAR_VERDICT
from medapp.evaluation.metrics import Mask
from medapp.evaluation.patients import number_units
from medapp.evaluation.stress.record import Figure, Level
from medapp.task import Task
from medapp.task.task import Targets
from medapp.task.thresholds import THRESHOLD


@dataclass(frozen=True)
class Answered:
    """What a model says of N images.

    Attributes:
        probabilities: (N, K).
        verdicts: (N,) of familiarity; None where the model cannot tell.
    """

    probabilities: NDArray[np.floating]
    verdicts: tuple[str | None, ...]


class Judge:
    """The images, and what the model says of them unchanged.

    Args:
        plain: the answers on the unchanged images.
        truth: as the task encodes it.
        groups: (N,) the patient of each image, None where unknown.
        figure: the name of the headline figure.
        decide: as for `evaluate`.
    """

    def __init__(
        self,
        plain: Answered,
        truth: Targets,
        classes: Sequence[str],
        groups: Sequence[str | None],
        task: Task,
        thresholds: Sequence[float],
        figure: str,
        decide: Decide | None = None,
    ) -> None:
        self.plain = plain
        self._asked = (truth, classes, groups, task, thresholds)
        self._decide = decide
        self._figure = figure
        self._units, _, _ = number_units(groups, len(plain.probabilities))
        self._count = len(np.unique(self._units))
        self._case = self._build_case(plain)
        self._estimate = self._find_figure(plain)

    def judge(self, answered: Answered, strength: float) -> Level:
        """What a change of this strength did."""
        case = self._build_case(answered)
        estimate = self._find_figure(answered)
        everywhere = np.ones(len(self._units), bool)
        flipped: Mask = np.any(case.found != self._case.found, axis=1)
        return Level(
            strength,
            None if estimate is None else Figure(estimate.value, estimate.interval),
            self._subtract(case, estimate),
            self._take_share(flipped, everywhere),
            self._count_verdicts(answered, is_alien=False),
            self._count_verdicts(answered, is_alien=True),
        )

    def _subtract(self, case: Case, changed: Estimate | None) -> Figure | None:
        """How much lower the figure is on the changed images.

        A balanced accuracy of labels falls by the images that were right and are wrong now, less
        those that were wrong and are right now: two shares of the same images, each with Wilson's
        interval, which says something also where hardly an answer changes. Other figures are
        subtracted as wholes (`comparison.subtract`).
        """
        plain = self._estimate
        if plain is None or changed is None:
            return None
        if self._figure != "balanced_accuracy" or not case.confusion:
            found = subtract(plain, changed)
            return Figure(found.value, found.interval)
        lost = self._average_shares(self._case.found & ~case.found)
        won = self._average_shares(case.found & ~self._case.found)
        return Figure(lost.value - won.value, find_difference(lost, won))

    def _average_shares(self, hits: Mask) -> Estimate:
        """The mean over the classes that occur of a share (N, K) of each one's own images."""
        true = self._case.true
        shares = [
            estimate_share(hits[:, c], true[:, c], self._units, self._count)
            for c in range(true.shape[1])
        ]
        found = average([share for share in shares if share is not None])
        assert found is not None, "a figure is defined, so that a class has images"
        return found

    def _take_share(self, hits: Mask, trials: Mask) -> Figure:
        share = estimate_share(hits, trials, self._units, self._count)
        assert share is not None, "there are images"
        return Figure(share.value, share.interval)

    def _count_verdicts(self, answered: Answered, is_alien: bool) -> Figure | None:
        known = np.array([verdict is not None for verdict in answered.verdicts])
        if not known.any():
            return None
        hits = [
            verdict == ALIEN_VERDICT if is_alien else verdict not in (FAMILIAR_VERDICT, None)
            for verdict in answered.verdicts
        ]
        return self._take_share(np.array(hits), known)

    def _build_case(self, answered: Answered) -> Case:
        truth, classes, _, task, thresholds = self._asked
        limits = thresholds or THRESHOLD
        return build_case(answered.probabilities, truth, classes, task, limits, self._decide)

    def _find_figure(self, answered: Answered) -> Estimate | None:
        truth, classes, groups, task, thresholds = self._asked
        limits = thresholds or THRESHOLD
        found = estimate_figures(
            answered.probabilities, truth, classes, groups, task, limits, self._decide
        )
        return found.get(self._figure)
