"""A model's ROC curve with the points of those who decide: the model itself, and human readers."""

from collections.abc import Sequence

import plotly.graph_objects as go

from medapp.evaluation.detection import Detection
from medapp.evaluation.roc_point import RocPoint
from medapp.figures.roc_plane import add_reader, draw_plane, name_axes
from medapp.figures.style import PALETTES, finish, pick_colour
from medapp.figures.thinning import MOST_POINTS

HEIGHT = 400  # px
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "hexagon", "x")


def draw_readers_roc(
    detection: Detection,
    points: Sequence[RocPoint],
    title: str,
    theme: str = "light",
    most: int = MOST_POINTS,
) -> go.Figure:
    """The curve of a model's scores, and points with the 95% intervals of both rates.

    Args:
        points: each in a colour and a shape of its own.
        most: points that the curve is drawn through.
    """
    colours = PALETTES[theme]
    figure = draw_plane(detection, colours, most)
    for i, point in enumerate(points):
        rates = point.sensitivity, point.specificity
        symbol = SYMBOLS[i % len(SYMBOLS)]
        add_reader(figure, *rates, point.name, pick_colour(i, theme), symbol)
    key = [(point.name, pick_colour(i, theme)) for i, point in enumerate(points)]
    finish(figure, theme, title, HEIGHT, key=key)
    name_axes(figure)
    return figure
