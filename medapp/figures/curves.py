"""The curves of a run, before anything is drawn: lines, names, colours, titles.

The title states the finding. A line's colour says its role: grey is training, the accent is
validation, and further figures of validation take colours of the palette.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.runs.events import NeighboursTried, PenaltyTried
from medapp.runs.learning import state_overfitting
from medapp.runs.progress import UNDER_WAY, Standing

ACCENT = -1
TRAIN = 7
VALIDATION = ACCENT
# Name, key of an epoch's event, colour; the last line lies on top.
QUALITY = (
    ("train accuracy", "train_accuracy", TRAIN),
    ("quadratic kappa", "quadratic_kappa", 3),
    ("AUROC", "macro_auroc", 2),
    ("accuracy", "accuracy", 1),
    ("balanced accuracy", "balanced_accuracy", VALIDATION),
)
# What stands where the two charts will be, by the run's state.
EMPTY = {
    "queued": ("Begins when the runs before it have ended.",) * 2,
    "preparing": ("Begins when the images are ready.", "Appears after the first epoch."),
    "training": ("The first step is under way.", "Appears after the first epoch."),
}


@dataclass(frozen=True)
class Series:
    """One line.

    Attributes:
        x, y: of equal length; None or not a number in `y` is a gap.
        colour: an index into the theme's palette, or `ACCENT`.
        is_thin: a thin line without points.
    """

    name: str
    x: Sequence[float] | NDArray[np.float64]
    y: Sequence[float | None] | NDArray[np.float64]
    colour: int = ACCENT
    is_thin: bool = False


@dataclass(frozen=True)
class Chart:
    """One chart of lines.

    Attributes:
        title: states the finding.
        mark: x and text of a dashed upright line.
        empty: what stands in the chart while no line has a point.
        at: x of the points that the legend tells while nothing is pointed at; None for the last.
    """

    key: str
    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    mark: tuple[float, str] | None = None
    empty: str = "There are no points."
    at: float | None = None


def build_charts(standing: Standing, state: str) -> list[Chart]:
    """Loss in training and on validation, and the figures of validation, over epochs.

    Once the run has ended the legends tell the best epoch, whose weights are kept. A fit has no
    epochs: its chart says which penalty or number of neighbours was best.
    """
    if standing.penalties:
        return [_draw_penalties(standing.penalties)]
    if standing.neighbours:
        return [_draw_neighbours(standing.neighbours)]
    no_steps, no_epochs = EMPTY.get(state, ("No step was finished.", "No epoch was finished."))
    best = standing.best
    mark = (best.epoch, "best") if best else None
    loss = [
        Series("train, step", standing.steps, standing.losses, TRAIN, is_thin=True),
        _trace(standing, "train", "train_loss", TRAIN),
        _trace(standing, "validation", "validation_loss", VALIDATION),
    ]
    loss += _trace_terms(standing)
    quality = [_trace(standing, *row) for row in _list_quality(standing)]
    at = best.epoch if best and state not in UNDER_WAY else None
    titles = _state_loss(standing), _state_quality(standing)
    return [
        Chart("loss", titles[0], "epoch", "cross-entropy", loss, mark, no_steps, at),
        Chart("quality", titles[1], "epoch", "0 to 1", quality, mark, no_epochs, at),
    ]


def lay_over(standings: Mapping[str, Standing]) -> list[Chart]:
    """The validation curves of several runs over each other, by their names; none of fits.

    A loss compares where the runs are judged on the same validation images.
    """
    known = {name: each for name, each in standings.items() if each.epochs}
    if not known:
        return []
    lines = {
        key: [
            _trace(each, name, key, colour)
            for colour, (name, each) in enumerate(known.items())
            if any(getattr(epoch, key) is not None for epoch in each.epochs)
        ]
        for key in ("validation_loss", "balanced_accuracy")
    }
    titles = {
        "validation_loss": f"Validation loss{_state_end(known, 'validation_loss', min)}",
        "balanced_accuracy": (
            f"Balanced accuracy on validation{_state_end(known, 'balanced_accuracy', max)}"
        ),
    }
    labels = {"validation_loss": "cross-entropy", "balanced_accuracy": "0 to 1"}
    return [
        Chart(f"over-{key}", titles[key], "epoch", labels[key], series)
        for key, series in lines.items()
        if series
    ]


def list_lines(charts: Sequence[Chart]) -> list[list[object]]:
    """The numbers behind charts as a table: a row a point, the titles first."""
    rows: list[list[object]] = [["chart", "line", "along", "x", "y"]]
    for chart in charts:
        for line in chart.series:
            points = zip(line.x, line.y, strict=True)
            rows += [[chart.key, line.name, chart.x_label, x, y] for x, y in points]
    return rows


def _state_end(
    standings: Mapping[str, Standing], key: str, choose: Callable[..., tuple[float, str, int]]
) -> str:
    """Which run comes furthest on validation, and when."""
    points = [
        (value, name, epoch.epoch)
        for name, standing in standings.items()
        for epoch in standing.epochs
        if (value := getattr(epoch, key)) is not None
    ]
    if not points:
        return ""
    value, name, epoch = choose(points, key=lambda point: point[0])
    word = "lowest" if choose is min else "highest"
    return f": {word} with {name}, {value:.3f} at epoch {epoch}"


def find_best_penalty(penalties: Sequence[PenaltyTried]) -> PenaltyTried:
    """The penalty that the fit is made with: the one with the lowest held-out loss."""
    return min(penalties, key=lambda tried: tried.held_out_loss)


def find_best_neighbours(tried: Sequence[NeighboursTried]) -> NeighboursTried:
    """The number of neighbours that vote: the first with the lowest held-out loss."""
    return min(tried, key=lambda each: each.held_out_loss)


def _draw_neighbours(tried: Sequence[NeighboursTried]) -> Chart:
    best = find_best_neighbours(tried)
    x = [each.neighbours for each in tried]
    line = Series("held-out loss", x, [each.held_out_loss for each in tried], VALIDATION)
    title = f"Held-out loss is lowest with {best.neighbours} neighbours: {best.held_out_loss:.3f}"
    if best.neighbours == 1:
        title = title.replace("neighbours", "neighbour")
    at = best.neighbours
    return Chart(
        "neighbours", title, "neighbours that vote", "cross-entropy", [line], (at, "best"), at=at
    )


def _draw_penalties(penalties: Sequence[PenaltyTried]) -> Chart:
    best = find_best_penalty(penalties)
    tried = sorted(penalties, key=lambda each: each.penalty)
    x = [math.log10(each.penalty) for each in tried]
    line = Series("held-out loss", x, [each.held_out_loss for each in tried], VALIDATION)
    title = f"Held-out loss is lowest at the penalty {best.penalty:.2g}: {best.held_out_loss:.3f}"
    at = math.log10(best.penalty)
    return Chart(
        "penalty", title, "log10 of the penalty", "cross-entropy", [line], (at, "best"), at=at
    )


def _list_quality(standing: Standing) -> list[tuple[str, str, int]]:
    """The figures to draw: those that the task has and that were kept."""
    epochs = standing.epochs
    return [row for row in QUALITY if any(getattr(each, row[1]) is not None for each in epochs)]


def _trace(standing: Standing, name: str, key: str, colour: int) -> Series:
    epochs = standing.epochs
    return Series(name, [e.epoch for e in epochs], [getattr(e, key) for e in epochs], colour)


def _trace_terms(standing: Standing) -> list[Series]:
    """Thin lines of what the training loss is the sum of, such as a data set's part of it."""
    epochs = standing.epochs
    names = dict.fromkeys(name for epoch in epochs for name in epoch.terms)
    return [
        Series(
            f"{name}, part of train",
            [epoch.epoch for epoch in epochs],
            [epoch.terms.get(name) for epoch in epochs],
            number % TRAIN,
            is_thin=True,
        )
        for number, name in enumerate(names)
    ]


def _state_loss(standing: Standing) -> str:
    best = standing.best
    if best is None or best.validation_loss is None:
        return "Loss"
    overfitting = state_overfitting(standing.epochs)
    return (
        overfitting
        or f"Validation loss is lowest at epoch {best.epoch}: {best.validation_loss:.3f}"
    )


def _state_quality(standing: Standing) -> str:
    best = standing.best
    count = standing.plan.validation if standing.plan else 0
    validation = f"Validation (n = {count:,})" if count else "Validation"
    if best is None or best.balanced_accuracy is None:
        return validation
    return f"{validation}: balanced accuracy {best.balanced_accuracy:.3f} at the best epoch"
