"""How much a leak flatters: one probe judged on the split as it is, and on the split made clean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.audit.ground import Ground, open_ground
from medapp.audit.questions import Question, list_questions
from medapp.data.samples import DataSet
from medapp.data.splits.cleaning import plan_clean_split
from medapp.errors import DataError
from medapp.evaluation.estimates import (
    Estimate,
    average,
    estimate_auroc,
    estimate_share,
    find_difference,
)
from medapp.evaluation.intervals import Interval
from medapp.evaluation.words import write_figure
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.task import find_task

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """One figure on both splits.

    Attributes:
        title: "AUROC" or "Balanced accuracy"; means over the classes.
        interval: 95%, of the difference as it stands less clean. Copies and patients that are
            judged in both are counted as the same (MOVER: Zou & Donner 2008,
            doi:10.1002/sim.3095); that another training gives other figures is not in it.
    """

    title: str
    standing: Estimate
    clean: Estimate
    interval: Interval

    @property
    def difference(self) -> float:
        """As it stands less clean."""
        return self.standing.value - self.clean.value


@dataclass(frozen=True)
class Flattery:
    """What the split of a data set flatters.

    Attributes:
        moved: images that stand in another split once it is clean.
        is_drawn_anew: the split could not be mended by moving, and the clean one is a new drawing.
        judged: test images as it stands, and clean.
        comparisons: empty where the split is clean as it stands.
    """

    moved: int
    is_drawn_anew: bool
    judged: tuple[int, int]
    comparisons: tuple[Comparison, ...]

    def describe(self) -> str:
        """What the intervals support, in a sentence or two."""
        if not self.comparisons:
            return "No copy and no patient stands in two splits: nothing flatters in this way."
        first = self.comparisons[0]
        low, high = first.interval
        size = f"{100 * first.difference:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"
        how = f"{first.title} as it stands less clean: {size}."
        if low > 0:
            return f"The split as it stands flatters. {how}"
        if high < 0:
            return f"The split as it stands gives the lower figure. {how}"
        return f"The test images do not tell whether the split as it stands flatters. {how}"

    def describe_splits(self) -> str:
        """What the clean split is, and what the figures are of."""
        how = "a split drawn anew" if self.is_drawn_anew else "the clean split"
        return (
            f"{self.moved:,} images stand elsewhere in {how}: {self.judged[0]:,} test images"
            f" become {self.judged[1]:,}. A linear probe on the bundled backbone learns from the"
            " training images of each; your data set stays as it is."
        )


def measure_flattery(
    workspace: Workspace, data_set: DataSet, on_progress: OnProgress | None = None
) -> Flattery:
    """Judge a linear probe on the split as it is and on the clean one; nothing is changed.

    Raises:
        DataError: too few images to train or to judge with, in either split.
    """
    ground = open_ground(workspace, data_set)
    splits, is_drawn_anew = plan_clean_split(ground.samples, find_task(data_set.task))
    standing = {sample.id: sample.split for sample in ground.samples}
    clean = dict(zip(standing, splits, strict=True))
    moved = sum(standing[id] != split for id, split in clean.items())
    judged = tuple(sum(s == "test" for s in each.values()) for each in (standing, clean))
    if not moved:
        return Flattery(0, False, (judged[0], judged[1]), ())
    questions = list_questions(ground)
    both = [_judge(ground, questions, each, on_progress) for each in (standing, clean)]
    comparisons = tuple(
        _compare(title, both[0][title], both[1][title]) for title in both[0].keys() & both[1]
    )
    ordered = tuple(sorted(comparisons, key=lambda c: c.title, reverse=True))
    return Flattery(moved, is_drawn_anew, (judged[0], judged[1]), ordered)


def _judge(
    ground: Ground,
    questions: Sequence[Question],
    splits: dict[int, str],
    on_progress: OnProgress | None,
) -> dict[str, Estimate]:
    """The mean figures of a probe that learns from training images and is judged on test images."""
    from medapp.audit.features import load_features
    from medapp.audit.probing import predict_held_out

    aurocs: list[Estimate] = []
    shares: list[Estimate] = []
    count = 1 + max((int(q.groups.max()) for q in questions), default=0)
    for question in questions:
        own = np.array([splits[sample.id] for sample in question.samples])
        test = own == "test"
        features = load_features(ground.workspace, ground.data_set, question.samples, on_progress)
        found = predict_held_out(
            features, question.labels, question.groups, own == "train", test, on_progress
        )
        if found is None or not test.any():
            continue
        units = question.groups[test].astype(np.intp)
        labels = question.labels[test]
        picked = found.argmax(axis=1)
        for answer in range(len(question.classes)):
            is_it: Mask = labels == answer
            share = estimate_share(picked == answer, is_it, units, count)
            auroc = estimate_auroc(found[:, answer], is_it, ~is_it, units, count)
            shares += [share] if share is not None else []
            aurocs += [auroc] if auroc is not None else []
    means = {"Balanced accuracy": average(shares), "AUROC": average(aurocs)}
    known = {title: mean for title, mean in means.items() if mean is not None}
    if not known:
        raise DataError(
            "There are too few images to tell how much the split flatters: a probe needs at least"
            " two classes of five pictures or patients each, and test images.",
            remedy="Add images.",
        )
    return known


def _compare(title: str, standing: Estimate, clean: Estimate) -> Comparison:
    return Comparison(title, standing, clean, find_difference(standing, clean))


def write_comparison(comparison: Comparison) -> str:
    """Both figures with their intervals, in one line."""
    standing, clean = (
        write_figure(each.value, each.interval) for each in (comparison.standing, comparison.clean)
    )
    return f"{comparison.title}: {standing} as it stands, {clean} clean"
