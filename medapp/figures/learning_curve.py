"""Figures over how much was learned from, with the curve that carries them on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from medapp.evaluation.intervals import Interval
from medapp.evaluation.power_law import PowerLaw
from medapp.figures.numbers import AID, tell_interval
from medapp.figures.style import PALETTES, finish, show_plain

HEIGHT = 340  # px
STEPS = 30  # points of each half of a drawn curve
CARRIED_ON = 2.0  # times the largest size
BAND = 0.14  # opacity
APART = 0.006  # of the largest size, between the points of two ways, so that none hides another


@dataclass(frozen=True)
class CurveLine:
    """A way of training.

    Attributes:
        points: size, value and 95% interval of each.
        law: the curve through them; None where there is none.
    """

    name: str
    points: Sequence[tuple[int, float, Interval]]
    law: PowerLaw | None


def draw_learning_curves(
    lines: Sequence[CurveLine], title: str, counted: str, axis: str, theme: str = "light"
) -> go.Figure:
    """Points with whiskers, and the curve through them, dashed where nothing was measured.

    The band around a curve is its 95% interval. Points of the same size stand side by side.

    Args:
        title: the finding.
        counted: "patients" or "images".
        axis: what is measured.
    """
    colours = PALETTES[theme]
    palette = (colours.accent, colours.muted, *colours.classes[1:3])
    figure = go.Figure()
    largest = max((size for line in lines for size, _, _ in line.points), default=0)
    for place, (line, colour) in enumerate(zip(lines, palette, strict=False)):
        if line.law is not None and line.points:
            _draw_law(figure, line, line.law, colour, axis)
        aside = (place - (len(lines) - 1) / 2) * APART * largest
        _draw_points(figure, line, colour, (counted, axis), aside)
    key = [(line.name, colour) for line, colour in zip(lines, palette, strict=False)]
    finish(figure, theme, title, HEIGHT, key=key)
    figure.update_xaxes(title_text=f"training {counted}", rangemode="tozero")
    figure.update_yaxes(title_text=axis, showgrid=True, tickformat=".2f")
    return figure


def _draw_points(
    figure: go.Figure, line: CurveLine, colour: str, axes: tuple[str, str], aside: float
) -> None:
    counted, axis = axes
    sizes, values, intervals = zip(*line.points, strict=True) if line.points else ((), (), ())
    figure.add_scatter(
        x=[size + aside for size in sizes],
        y=values,
        customdata=sizes,
        meta={
            "way": line.name,
            "of": "measured",
            f"training {counted}": sizes,
            **tell_interval(axis, intervals),
        },
        mode="markers",
        marker={"size": 9, "color": colour},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(values, intervals, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, intervals, strict=True)],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        hovertemplate=f"{show_plain(line.name)}<br>%{{customdata:,}} {counted}: %{{y:.3f}}"
        "<extra></extra>",
        cliponaxis=False,
    )


def _draw_law(figure: go.Figure, line: CurveLine, law: PowerLaw, colour: str, axis: str) -> None:
    first = min(size for size, _, _ in line.points)
    # Half of the sizes were measured, half lie beyond; both hold the largest.
    ends = (first, law.largest, CARRIED_ON * law.largest)
    sizes = np.concatenate([np.geomspace(*pair, STEPS) for pair in pairwise(ends)])
    values, intervals = zip(*(law.foretell(float(size)) for size in sizes), strict=True)
    lows, highs = zip(*intervals, strict=True)
    figure.add_scatter(
        x=[*sizes, *sizes[::-1]],
        y=[*highs, *lows[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=_fade(colour),
        meta=AID,
        hoverinfo="skip",
    )
    halves = ((slice(STEPS), "solid", "fitted"), (slice(STEPS, None), "dash", "carried on"))
    for part, dash, of in halves:
        figure.add_scatter(
            x=sizes[part],
            y=values[part],
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            meta={"way": line.name, "of": of, **tell_interval(axis, intervals[part])},
            hoverinfo="skip",
        )


def _fade(colour: str) -> str:
    """A hex colour as a light veil."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND})"
