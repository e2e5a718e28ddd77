"""A model's ROC curve with the points of those who decide: the model itself, and human readers."""

from collections.abc import Sequence

import plotly.graph_objects as go

from medapp.evaluation.detection import Detection
from medapp.evaluation.metrics import trace_roc
from medapp.evaluation.roc_point import RocPoint
from medapp.evaluation.words import write_figure
from medapp.figures.style import PALETTES, finish, pick_colour, show_plain
from medapp.figures.thinning import thin_out

HEIGHT = 400  # px
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "hexagon", "x")


def draw_readers_roc(
    detection: Detection, points: Sequence[RocPoint], title: str, theme: str = "light"
) -> go.Figure:
    """The curve of a model's scores, and points with the 95% intervals of both rates.

    Args:
        points: each in a colour and a shape of its own.
    """
    colours = PALETTES[theme]
    false_rate, true_rate = trace_roc(detection.scores, detection.true)
    kept = thin_out(len(true_rate))
    figure = go.Figure()
    figure.add_scatter(
        x=false_rate[kept],
        y=true_rate[kept],
        customdata=1 - false_rate[kept],
        mode="lines",
        line={"color": colours.muted, "width": 2},
        hovertemplate="sensitivity %{y:.3f} at specificity %{customdata:.3f}<extra></extra>",
    )
    for i, point in enumerate(points):
        _draw_point(figure, point, pick_colour(i, theme), SYMBOLS[i % len(SYMBOLS)])
    chance = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    figure.add_shape(**chance, line={"color": colours.muted, "width": 1, "dash": "dash"})
    key = [(point.name, pick_colour(i, theme)) for i, point in enumerate(points)]
    finish(figure, theme, title, HEIGHT, key=key)
    figure.update_xaxes(title_text="1 − specificity", range=[-0.01, 1.01], showgrid=True)
    figure.update_yaxes(title_text="sensitivity", range=[-0.01, 1.03], showgrid=True)
    return figure


def _draw_point(figure: go.Figure, point: RocPoint, colour: str, symbol: str) -> None:
    sensitivity, specificity = point.sensitivity, point.specificity
    (low, high), (least, most) = sensitivity.interval, specificity.interval
    whisker = {"symmetric": False, "color": colour, "thickness": 1.5, "width": 4}
    said = (
        f"{show_plain(point.name)}: sensitivity {write_figure(sensitivity.value, (low, high))},"
        f" specificity {write_figure(specificity.value, (least, most))}"
    )
    figure.add_scatter(
        x=[1 - specificity.value],
        y=[sensitivity.value],
        mode="markers",
        marker={"size": 11, "color": colour, "symbol": symbol},
        error_x={
            **whisker,
            "array": [specificity.value - least],
            "arrayminus": [most - specificity.value],
        },
        error_y={
            **whisker,
            "array": [high - sensitivity.value],
            "arrayminus": [sensitivity.value - low],
        },
        hovertemplate=f"{said}<extra></extra>",
        cliponaxis=False,
    )
