"""The best of several runs by test figures: what of its figure is luck, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medapp.evaluation.best_of import BestOf, correct_best
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.headline import list_headlines, write_title
from medapp.evaluation.words import write_figure
from medapp.runs.results import find_predictions
from medapp.runs.run import Run
from medapp.studies.contrast import LOWER_IS_BETTER
from medapp.studies.judged import find_shared, load_judged

SPANS = {"quadratic_kappa": (-1.0, 1.0)}


@dataclass(frozen=True)
class BestRun:
    """The best of several runs on the test images that all of them judged.

    Attributes:
        name: what it is called.
        figure: the key of the figure that it is best by.
        estimate: its figure on these images.
        found: what chance has to do with it.
        n: how many images, or patients as a whole, they are; noun: which of the two.
    """

    name: str
    figure: str
    estimate: Estimate
    found: BestOf
    n: int
    noun: str = "images"

    @property
    def text(self) -> str:
        """What chance alone gives the best of so many, and what is left of this figure."""
        found = self.found
        is_all = math.isclose(found.flattery, found.by_chance, abs_tol=1e-9)
        wide = "no wider than chance makes them"
        if not is_all:
            wide = "wider than chance makes them on average"
        off = "all of that" if is_all else write_figure(found.flattery)
        before = write_figure(self.estimate.value, self.estimate.interval)
        return (
            f"Were these {found.k} models equally good, the best would still say"
            f" {write_figure(found.by_chance)} more than it is worth on these {self.n:,} test"
            f" {self.noun}, by chance alone. They spread {wide}, so {off} is taken off:"
            f" {write_title(self.figure)} {before} of {self.name} becomes"
            f" {write_figure(found.corrected, found.interval)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "run": self.name,
            "figure": self.figure,
            "runs": self.found.k,
            "n": self.n,
            "value": self.estimate.value,
            "interval": list(self.estimate.interval),
            "by_chance_alone": self.found.by_chance,
            "flattery": self.found.flattery,
            "corrected": self.found.corrected,
            "corrected_interval": list(self.found.interval),
            "text": self.text,
        }


def find_best(
    names: Sequence[str], figure: str, estimates: Sequence[Estimate], n: int, noun: str = "images"
) -> BestRun | None:
    """The best by a figure of the same images; None where there is one run, or less is better."""
    if len(estimates) < 2 or figure in LOWER_IS_BETTER:
        return None
    found = correct_best(estimates, SPANS.get(figure, (0.0, 1.0)))
    return BestRun(names[found.best], figure, estimates[found.best], found, n, noun)


@dataclass(frozen=True)
class Luck:
    """What is luck in the best figure of some runs.

    Attributes:
        best: None where fewer than two can be compared.
        left_out: runs whose predictions were not kept.
    """

    best: BestRun | None
    left_out: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the answer stays as long as the runs' files do."""
        return True


def judge_luck(runs: Sequence[Run]) -> Luck:
    """What of the best test figure of runs is luck, by the predictions that they kept.

    Raises:
        RunError: predictions are damaged, or the runs were not judged on the same images and
            labels.
    """
    kept = [run for run in runs if find_predictions(run).exists()]
    left_out = tuple(run.name for run in runs if run not in kept)
    if len(kept) < 2:
        return Luck(None, left_out)
    judged = [load_judged(run) for run in kept]
    keys = find_shared(judged)
    figures = [each.estimate(keys) for each in judged]
    named = [headline.name for headline in list_headlines(judged[0].evaluation)]
    figure = next((name for name in named if all(name in found for found in figures)), "")
    if not figure:
        return Luck(None, left_out)
    estimates = [found[figure] for found in figures]
    return Luck(find_best([run.name for run in kept], figure, estimates, len(keys)), left_out)
