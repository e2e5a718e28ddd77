"""Differences with their intervals, one below the other, beside the line of no difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from medapp.evaluation.comparison import Difference
from medapp.figures.style import PALETTES, finish, shorten


@dataclass(frozen=True)
class Row:
    """One line of the figure.

    Attributes:
        name: at the axis.
        difference: above 0 where the first of the two has more.
        words: what a pointer shows: the difference with its unit and interval.
        is_told: the two are told apart.
    """

    name: str
    difference: Difference
    words: str
    is_told: bool


def draw_differences(
    rows: Sequence[Row], title: str, label: str, theme: str = "light"
) -> go.Figure:
    """Differences as points with their 95% intervals; grey where two cannot be told apart.

    Args:
        title: the finding.
        label: of the axis, with the direction in which a difference is a gain.
    """
    colours = PALETTES[theme]
    values = [row.difference for row in rows]
    told = [colours.accent if row.is_told else colours.muted for row in rows]
    figure = go.Figure()
    for at, (row, difference) in enumerate(zip(rows, values, strict=True)):
        figure.add_scatter(
            x=list(difference.interval),
            y=[at, at],
            mode="lines",
            line={"color": told[at], "width": 2},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[difference.value],
            y=[at],
            mode="markers",
            marker={"color": told[at], "size": 10},
            customdata=[row.words],
            hovertemplate="%{customdata}<extra></extra>",
        )
    finish(figure, theme, title, 64 + 38 * len(rows))
    figure.add_vline(x=0, line={"color": colours.text, "width": 1})
    ends = [0.0, *(end for difference in values for end in difference.interval)]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    figure.update_xaxes(
        title_text=label, tickformat="+.2f", range=[min(ends) - room, max(ends) + room]
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=list(range(len(rows))),
        ticktext=[shorten(row.name) for row in rows],
    )
    return figure
