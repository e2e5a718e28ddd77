"""Figures of a run that is over, from its events.

(A run under way moves in the browser's own chart element.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medapp.figures.style import PALETTES, finish

MOST_POINTS = 500  # of a line: more cannot be told apart
MOST_MARKERS = 60

Event = Mapping[str, Any]


def draw_loss(events: Sequence[Event], theme: str = "light", title: str | None = None) -> go.Figure:
    """The loss over epochs: of the training steps, averaged where there are many, of each epoch,
    and on validation.
    """
    colours, epochs, steps = PALETTES[theme], _pick(events, "epoch"), _pick(events, "step")
    x, y, bucket = _average(_place_steps(events, steps), [e["loss"] for e in steps])
    lines = [
        Line(
            "train, step" if bucket == 1 else f"train, mean of {bucket} steps",
            x,
            y,
            colours.faint,
            1,
        ),
        _trace(epochs, "train_loss", "train, epoch", colours.muted, 2),
        _trace(epochs, "validation_loss", "validation", colours.accent, 2.5),
    ]
    best = _find_best(epochs)
    finding = _state_length(epochs)
    if best and best.get("validation_loss") is not None:
        finding = (
            f"Validation loss is lowest after epoch {best['epoch']}: {best['validation_loss']:.3f}"
        )
    figure = _draw(lines, theme, title or finding, best)
    figure.update_yaxes(title_text="cross-entropy", rangemode="tozero")
    return figure


def draw_metrics(
    events: Sequence[Event], theme: str = "light", title: str | None = None
) -> go.Figure:
    """Balanced accuracy, accuracy and macro AUROC of the validation part over epochs, and the
    accuracy on the training images.
    """
    colours, epochs = PALETTES[theme], _pick(events, "epoch")
    lines = [
        _trace(epochs, "train_accuracy", "train accuracy", colours.muted, 1.5),
        _trace(epochs, "macro_auroc", "macro AUROC", colours.classes[2], 1.5),
        _trace(epochs, "accuracy", "accuracy", colours.classes[1], 1.5),
        _trace(epochs, "balanced_accuracy", "balanced accuracy", colours.accent, 2.5),
    ]
    best, n = (
        _find_best(epochs),
        next((e["validation"] for e in _pick(events, "plan") if e.get("validation")), None),
    )
    finding = _state_length(epochs)
    if best and best.get("balanced_accuracy") is not None:
        finding = (
            f"Balanced accuracy {best['balanced_accuracy']:.3f} at the best epoch, {best['epoch']}"
        )
    figure = _draw(lines, theme, title or finding, best)
    figure.update_yaxes(title_text="validation" if n is None else f"validation, n = {n:,}")
    return figure


@dataclass(frozen=True)
class Line:
    """What `_draw` needs of a line; `x` in epochs."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str
    width: float
    has_points: bool = False


def _draw(lines: Sequence[Line], theme: str, title: str, best: Event | None) -> go.Figure:
    """Lines over epochs, with a mark at the epoch whose weights were kept; a line without points is
    left out.
    """
    drawn, muted, figure = (
        [line for line in lines if len(line.x)],
        PALETTES[theme].muted,
        go.Figure(),
    )
    for line in drawn:
        figure.add_scatter(
            x=line.x,
            y=line.y,
            name=line.name,
            mode="lines+markers" if line.has_points else "lines",
            line={"color": line.colour, "width": line.width},
            marker={"size": 2 + 2 * line.width},
            hovertemplate=f"{line.name}: %{{y:.4f}} at epoch %{{x:.4~g}}<extra></extra>",
        )
    finish(figure, theme, title, 280, key=[(line.name, line.colour) for line in drawn])
    figure.update_xaxes(title_text="epoch", rangemode="tozero")
    if best:
        figure.add_vline(
            x=best["epoch"],
            line={"color": muted, "width": 1, "dash": "dot"},
            annotation={"text": "best", "font": {"color": muted, "size": 12}},
            annotation_position="top left",
        )
    return figure


def _trace(epochs: Sequence[Event], key: str, name: str, colour: str, width: float) -> Line:
    known = [e for e in epochs if e.get(key) is not None]
    return Line(
        name,
        [e["epoch"] for e in known],
        [e[key] for e in known],
        colour,
        width,
        len(known) <= MOST_MARKERS,
    )


def _pick(events: Sequence[Event], kind: str) -> list[Event]:
    return [event for event in events if event.get("kind") == kind]


def _place_steps(events: Sequence[Event], steps: Sequence[Event]) -> list[float]:
    """Where each step lies on the axis of epochs: the last step of epoch 1 at 1."""
    per_epoch = next(
        (e["steps_per_epoch"] for e in _pick(events, "plan")[::-1] if e.get("steps_per_epoch")),
        None,
    )
    if per_epoch is None:
        per_epoch = max((e["step"] / e["epoch"] for e in steps), default=1)
    return [e["step"] / per_epoch for e in steps]


def _average(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float], int]:
    """Means over buckets of neighbours, so that at most `MOST_POINTS` are left; and how many a
    bucket holds.
    """
    bucket = max(1, -(-len(x) // MOST_POINTS))
    starts = np.arange(0, len(x), bucket)
    if bucket == 1:
        return list(x), list(y), 1
    sizes = np.diff(np.append(starts, len(x)))
    means = (np.add.reduceat(np.asarray(values, dtype=float), starts) / sizes for values in (x, y))
    first, second = (values.tolist() for values in means)
    return first, second, bucket


def _find_best(epochs: Sequence[Event]) -> Event | None:
    """The epoch whose weights were kept: the last one that was called best."""
    return next((e for e in reversed(epochs) if e.get("is_best")), None)


def _state_length(epochs: Sequence[Event]) -> str:
    return f"{len(epochs)} epoch{'s' * (len(epochs) != 1)}" if epochs else "No epoch was finished"
