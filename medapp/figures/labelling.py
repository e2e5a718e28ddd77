"""A figure over how many images were labelled, a line for each way to learn from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from medapp.evaluation.intervals import Interval
from medapp.figures.numbers import tell_interval
from medapp.figures.style import PALETTES, finish, show_plain

HEIGHT = 300  # px
AXIS = "labelled images there"
APART = 1.5  # labelled images by which lines are moved apart, so that whiskers do not cover


@dataclass(frozen=True)
class LabellingLine:
    """A way to learn; points are number of labelled images, value and 95% interval."""

    name: str
    points: Sequence[tuple[int, float, Interval]]


def draw_labelling(
    lines: Sequence[LabellingLine], title: str, axis: str, theme: str = "light"
) -> go.Figure:
    """Points with whiskers, joined by lines.

    Args:
        title: the finding.
        axis: what is measured.
    """
    colours = PALETTES[theme]
    palette = (colours.accent, colours.classes[1], colours.muted)
    figure = go.Figure()
    for number, (line, colour) in enumerate(zip(lines, palette, strict=False)):
        sizes = [size + APART * number for size, _, _ in line.points]
        values = [value for _, value, _ in line.points]
        figure.add_scatter(
            x=sizes,
            y=values,
            mode="lines+markers",
            marker={"size": 9, "color": colour, "symbol": "circle" if not number else "diamond"},
            line={"width": 2, "color": colour, "dash": "solid" if not number else "dash"},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [high - value for _, value, (_, high) in line.points],
                "arrayminus": [value - low for _, value, (low, _) in line.points],
                "color": colour,
                "thickness": 1.5,
                "width": 4,
            },
            meta={
                "way": line.name,
                AXIS: [size for size, _, _ in line.points],
                **tell_interval(axis, [interval for _, _, interval in line.points]),
            },
            text=[
                f"{show_plain(line.name)}<br>{size:,} labelled images: {value:.3f}"
                for size, value, _ in line.points
            ],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
    key = [(line.name, colour) for line, colour in zip(lines, palette, strict=False)]
    finish(figure, theme, title, HEIGHT, key=key if len(key) > 1 else ())
    ticks = sorted({size for line in lines for size, _, _ in line.points})
    figure.update_xaxes(title_text=AXIS, tickvals=ticks, rangemode="tozero")
    figure.update_yaxes(title_text=axis, showgrid=True, tickformat=".2f")
    return figure
