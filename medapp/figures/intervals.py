"""Figures of several things, or their differences, with intervals, one above the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from medapp.figures.numbers import tell_interval
from medapp.figures.style import PALETTES, finish, shorten, show_plain

ROW_HEIGHT = 34  # px
FOOT_HEIGHT = 54  # of the axis


@dataclass(frozen=True)
class IntervalRow:
    """One line.

    Attributes:
        value, interval: the point and the ends of its whisker.
        is_leading: drawn in the accent colour: cannot be told apart from the best; of a difference,
            that it can be told.
        said: the figure in words, for a reader who points at the line.
    """

    name: str
    value: float
    interval: tuple[float, float]
    is_leading: bool
    said: str


def draw_intervals(
    rows: Sequence[IntervalRow], title: str, axis: str, theme: str = "light"
) -> go.Figure:
    """A point with its whisker for each row, the first on top.

    Args:
        title: the finding.
        axis: what is measured.
    """
    colours = PALETTES[theme]
    figure = go.Figure()
    # A part at a time, so that what leads has its colour on point and whisker.
    for is_leading, colour in ((True, colours.accent), (False, colours.muted)):
        part = [(number, row) for number, row in enumerate(rows) if row.is_leading == is_leading]
        figure.add_scatter(
            x=[row.value for _, row in part],
            y=[number for number, _ in part],
            mode="markers",
            marker={
                "size": 11,
                "color": colour if is_leading else colours.page,
                "line": {"width": 2, "color": colour},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row.interval[1] - row.value for _, row in part],
                "arrayminus": [row.value - row.interval[0] for _, row in part],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
            meta={
                "name": [row.name for _, row in part],
                "in words": [row.said for _, row in part],
                **tell_interval(axis, [row.interval for _, row in part]),
            },
            text=[f"{show_plain(row.name)}<br>{show_plain(row.said)}" for _, row in part],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
    finish(figure, theme, title, ROW_HEIGHT * len(rows) + FOOT_HEIGHT)
    names = [shorten(row.name) for row in rows]
    figure.update_xaxes(title_text=axis, showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=names,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        tickfont={"color": colours.text, "size": 13},
    )
    return figure


def draw_differences(
    rows: Sequence[IntervalRow], title: str, axis: str, theme: str = "light"
) -> go.Figure:
    """Differences as `draw_intervals` draws figures, beside the line of no difference.

    Args:
        rows: each value is above 0 where the first of the two has more.
        axis: what is measured, with the direction in which a difference is a gain.
    """
    figure = draw_intervals(rows, title, axis, theme)
    figure.add_vline(x=0, line={"color": PALETTES[theme].text, "width": 1})
    ends = [0.0, *(end for row in rows for end in row.interval)]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    figure.update_xaxes(tickformat="+~g", range=[min(ends) - room, max(ends) + room])
    return figure
