"""A model's ROC curve in another place, with the point of its threshold there and at home."""

import plotly.graph_objects as go

from medapp.evaluation.detection import Detection
from medapp.evaluation.operating import OperatingPoint
from medapp.evaluation.predictive import Rate
from medapp.evaluation.words import write_figure
from medapp.figures.roc_plane import add_reader, draw_plane, name_axes
from medapp.figures.style import PALETTES, finish, hold_together
from medapp.figures.thinning import MOST_POINTS

HEIGHT = 330  # px
HOME = "at home"


def draw_elsewhere(
    detection: Detection,
    point: OperatingPoint,
    at_home: tuple[Rate | None, Rate | None],
    theme: str = "light",
    most: int = MOST_POINTS,
) -> go.Figure:
    """The curve there, and what the same threshold does there and at home, with 95% intervals.

    Args:
        detection: the images there; `where` names the place.
        at_home: sensitivity and specificity on the model's own test split, where known.
        most: points that the curve is drawn through.
    """
    colours = PALETTES[theme]
    figure = draw_plane(detection, colours, most)
    key = []
    places = (
        (HOME, *at_home, colours.classes[1], "diamond"),
        (f"on {detection.where}", point.sensitivity, point.specificity, colours.accent, "circle"),
    )
    for name, sensitivity, specificity, colour, symbol in places:
        if sensitivity is None or specificity is None:
            continue
        add_reader(figure, sensitivity, specificity, name, colour, symbol, point.threshold)
        key.append((name, colour))
    finish(figure, theme, _state(point, at_home), HEIGHT, key=key)
    name_axes(figure)
    return figure


def _state(point: OperatingPoint, at_home: tuple[Rate | None, Rate | None]) -> str:
    sensitivity, specificity = point.sensitivity, point.specificity
    if sensitivity is None or specificity is None:
        return "No ROC curve: it needs images with the finding and without it"
    said = f"Sensitivity {_write(sensitivity)}, specificity {_write(specificity)} here"
    first, second = at_home
    if first is None or second is None:
        return said
    return f"{said}; {_write(first)} and {_write(second)} at home"


def _write(rate: Rate) -> str:
    return hold_together(write_figure(rate.value, rate.interval))
