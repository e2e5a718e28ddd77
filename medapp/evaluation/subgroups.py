"""Is a model as good for everybody? A figure in each group, and the gaps between groups.

Groups with few patients are shown and not compared. Gaps are corrected for their number by Holm's
method. What this module does not know: where groups come from.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medapp.errors import RecipeError
from medapp.evaluation.case import Decide
from medapp.evaluation.comparison import LEVEL, Difference, correct_holm, subtract
from medapp.evaluation.estimates import Estimate, Units
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.headline import OF_TWO, TITLES, write_title
from medapp.evaluation.intervals import Interval
from medapp.evaluation.notes import FEW_UNITS
from medapp.evaluation.patients import number_units
from medapp.evaluation.positive import find_positive
from medapp.evaluation.words import write_figure
from medapp.notes import Note, sort_notes
from medapp.task import Task, find_task
from medapp.task.thresholds import FEWEST, THRESHOLD


@dataclass(frozen=True)
class Subgroup:
    """One group.

    Attributes:
        name: what is said of its images.
        n, units: images and patients, or images where patients are not known.
        value, interval: the figure, 95%; None where it is undefined.
        lacking: classes that are judged elsewhere and of which this group has too few images: the
            figure leaves them out and is no longer the same figure.
        is_compared: the group is large enough, and its figure the same as that of the others.
    """

    name: str
    n: int
    units: int
    value: float | None
    interval: Interval | None
    lacking: tuple[str, ...]
    is_compared: bool


@dataclass(frozen=True)
class Gap:
    """How much better one group fares than another.

    Attributes:
        first, second: names of groups.
        value, interval: the figure of the first less that of the second, 95%, of this gap alone.
        p: corrected by Holm for all gaps that are looked at.
        is_told: p is below 0.05.
    """

    first: str
    second: str
    value: float
    interval: Interval
    p: float
    is_told: bool


@dataclass(frozen=True)
class Subgroups:
    """A figure by group.

    Attributes:
        column: what parts the images.
        figure: the figure's name in an `Evaluation`, or in the positive class's figures.
        title: what people call it, within a sentence.
        counted: "patients" or "images": what units are.
        unknown: images of which the column says nothing.
        groups: in the column's order.
        gaps: of all pairs that are compared, the surest first.
        notes: what to know.
    """

    column: str
    figure: str
    title: str
    counted: str
    unknown: int
    groups: tuple[Subgroup, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the finding in words."""
        plain = asdict(self)
        return {
            **plain,
            "notes": [note.to_dict() for note in self.notes],
            "in_words": state_gaps(self),
        }


def judge_subgroups(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None,
    task: Task | None,
    values: Sequence[str | None],
    column: str,
    order: Sequence[str] = (),
    figure: str = "",
    thresholds: Sequence[float] = (),
    decide: Decide | None = None,
) -> Subgroups:
    """A figure in each group of images; the first arguments are those of `evaluate.evaluate`.

    Args:
        values: (N,) the group of each image, None where nothing is said.
        column: what parts the images, in words.
        order: the groups in their order; by name where none is given.
        figure: one of `list_figures`; the first of them where none is named.
        thresholds, decide: as for `evaluate`.

    Raises:
        RecipeError: there is no such figure.
    """
    task = task or find_task("single-label")
    figure = _choose_figure(figure, list_figures(classes, task))
    scores, targets = np.asarray(probabilities, dtype=float), np.asarray(truth)
    units, counted, _ = number_units(groups, len(scores))
    named = np.array([value if value is not None else "" for value in values], dtype=object)
    everywhere = _list_judged(targets, len(classes))
    found: list[tuple[Subgroup, Estimate | None]] = []
    for name in order or sorted({value for value in values if value is not None}):
        rows = np.flatnonzero(named == name)
        own = [groups[int(i)] for i in rows] if groups is not None else None
        estimate = estimate_figures(
            scores[rows], targets[rows], classes, own, task, thresholds or THRESHOLD, decide
        ).get(figure)
        lacking = everywhere - _list_judged(targets[rows], len(classes))
        names = tuple(classes[c] for c in sorted(lacking))
        found.append(_describe(name, rows, estimate, units, names))
    gaps = _compare([one for one in found if one[0].is_compared])
    subgroups = tuple(subgroup for subgroup, _ in found)
    unknown = int((named == "").sum())
    notes = _note(subgroups, counted, unknown, column)
    title = _write_title(figure, classes, task)
    return Subgroups(column, figure, title, counted, unknown, subgroups, gaps, notes)


def _choose_figure(figure: str, known: Sequence[str]) -> str:
    if figure and figure not in known:
        raise RecipeError(
            f"Groups are not compared by {figure!r}.",
            remedy=f"Choose one of {', '.join(known)}.",
            setting="figure",
        )
    return figure or known[0]


def list_figures(classes: Sequence[str], task: Task) -> tuple[str, ...]:
    """The figures that groups can be compared by, the headline first."""
    is_of_two = not task.has_several and not task.has_order and len(classes) == 2
    return OF_TWO if is_of_two else task.figures


def state_gaps(found: Subgroups) -> str:
    """What can be told of the gaps, no more."""
    title = f"{found.title[:1].upper()}{found.title[1:]}"
    told = [gap for gap in found.gaps if gap.is_told]
    if not found.gaps:
        return f"{title}: no two groups are large enough to compare"
    if not told:
        looked = f"{len(found.gaps)} comparison{'s' if len(found.gaps) > 1 else ''}"
        return f"{title}: no gap between groups can be told ({looked})"
    gap = max(told, key=lambda gap: abs(gap.value))
    first, second, value, interval = _turn(gap)
    return f"{title} is higher for {first} than for {second}, by {write_figure(value, interval)}"


def _turn(gap: Gap) -> tuple[str, str, float, Interval]:
    """The group that fares better first."""
    low, high = gap.interval
    if gap.value >= 0:
        return gap.first, gap.second, gap.value, gap.interval
    return gap.second, gap.first, -gap.value, (-high, -low)


def _list_judged(targets: np.ndarray[Any, Any], k: int) -> set[int]:
    """The classes that have images; of findings those with enough images with and without."""
    if targets.ndim == 1:
        return {int(c) for c in np.unique(targets)}
    return {
        c for c in range(k) if min((targets[:, c] == 1).sum(), (targets[:, c] == 0).sum()) >= FEWEST
    }


def _describe(
    name: str,
    rows: Units,
    estimate: Estimate | None,
    units: Units,
    lacking: tuple[str, ...],
) -> tuple[Subgroup, Estimate | None]:
    """A group with its figure, whose shifts are spread over the units of all images."""
    # Units of a group are numbered in the order of their first images.
    _, firsts = np.unique(units[rows], return_index=True)
    own = units[rows][np.sort(firsts)]
    subgroup = Subgroup(
        name,
        len(rows),
        len(own),
        estimate.value if estimate else None,
        estimate.interval if estimate else None,
        lacking,
        estimate is not None and len(own) >= FEW_UNITS and not lacking,
    )
    if estimate is None:
        return subgroup, None
    shifts = np.zeros(int(units.max()) + 1)
    shifts[own] = estimate.shifts
    return subgroup, Estimate(estimate.value, estimate.interval, shifts)


def _compare(found: Sequence[tuple[Subgroup, Estimate | None]]) -> tuple[Gap, ...]:
    differences: dict[str, tuple[str, str, Difference]] = {}
    for (a, first), (b, second) in combinations(found, 2):
        if first is not None and second is not None:
            differences[str(len(differences))] = (a.name, b.name, subtract(first, second))
    ps = correct_holm({key: found.p for key, (_, _, found) in differences.items()})
    gaps = [
        Gap(first, second, d.value, d.interval, ps[key], ps[key] < LEVEL)
        for key, (first, second, d) in differences.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (gap.p, -abs(gap.value))))


def _note(groups: Sequence[Subgroup], counted: str, unknown: int, column: str) -> tuple[Note, ...]:
    notes = []
    small = [f"{group.name} ({group.units})" for group in groups if group.units < FEW_UNITS]
    if small:
        text = (
            f"Fewer than {FEW_UNITS} {counted}: {', '.join(small)}. Such a group's figure is"
            " rough, and it is not compared."
        )
        notes.append(Note("few-in-group", text))
    lacking = [f"{g.name} ({', '.join(g.lacking)})" for g in groups if g.lacking]
    if lacking:
        text = (
            f"Too few images of a class: {', '.join(lacking)}. The figure leaves that class out"
            " there, so it is not compared."
        )
        notes.append(Note("class-lacking-in-group", text))
    if unknown:
        text = f"Of {unknown:,} images {column} is not known; they are in no group."
        notes.append(Note("group-unknown", text, "info"))
    if len(groups) > 1:
        text = (
            "Groups may differ in more than this: in how ill patients are, in scanner or site. A"
            " gap says that one fares worse, not why."
        )
        notes.append(Note("group-confounding", text, "info"))
    return sort_notes(notes)


def _write_title(figure: str, classes: Sequence[str], task: Task) -> str:
    title = write_title(figure)
    positive = find_positive(classes) if list_figures(classes, task) == OF_TWO else None
    if positive and figure in ("sensitivity", "specificity") and figure in TITLES:
        return f"{title} for {positive.name}"
    return title
