"""The plane of a ROC curve: the curve of a model, chance, and points with their intervals."""

from typing import Any

import plotly.graph_objects as go

from medapp.evaluation.detection import Detection
from medapp.evaluation.estimates import Bounded
from medapp.evaluation.metrics import trace_roc
from medapp.evaluation.words import write_figure
from medapp.figures.style import Palette, show_plain
from medapp.figures.thinning import MOST_POINTS, thin_out

THRESHOLD = "threshold"  # a column of the numbers behind a ROC curve


def draw_plane(detection: Detection, colours: Palette, most: int = MOST_POINTS) -> go.Figure:
    """The curve, muted and of at most so many points, over the diagonal that chance alone gives."""
    false_rate, true_rate, thresholds = trace_roc(detection.scores, detection.true)
    kept = thin_out(len(true_rate), most)
    figure = go.Figure()
    figure.add_scatter(
        x=false_rate[kept],
        y=true_rate[kept],
        customdata=1 - false_rate[kept],
        meta={"series": "ROC curve", THRESHOLD: thresholds[kept].tolist()},
        name="ROC curve",
        mode="lines",
        line={"color": colours.muted, "width": 2},
        hovertemplate="sensitivity %{y:.3f} at specificity %{customdata:.3f}<extra></extra>",
    )
    draw_chance(figure, colours)
    return figure


def draw_chance(figure: go.Figure, colours: Palette) -> None:
    """The diagonal that guessing gives."""
    chance = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    figure.add_shape(**chance, line={"color": colours.muted, "width": 1, "dash": "dash"})


def add_reader(
    figure: go.Figure,
    sensitivity: Bounded,
    specificity: Bounded,
    name: str,
    colour: str,
    symbol: str,
    threshold: float | None = None,
) -> None:
    """The point of one who decides, by name, with both rates under the pointer; see `add_point`."""
    said = (
        f"{show_plain(name)}: sensitivity"
        f" {write_figure(sensitivity.value, sensitivity.interval)},"
        f" specificity {write_figure(specificity.value, specificity.interval)}"
    )
    marker = {"size": 11, "color": colour, "symbol": symbol}
    whisker = {"thickness": 1.5, "width": 4}
    add_point(figure, sensitivity, specificity, name, said, marker, whisker, threshold)


def add_point(
    figure: go.Figure,
    sensitivity: Bounded,
    specificity: Bounded,
    name: str,
    said: str,
    marker: dict[str, Any],
    whisker: dict[str, Any],
    threshold: float | None = None,
) -> None:
    """A point with the 95% intervals of both rates.

    Args:
        name: whose point it is, in the table behind the figure.
        said: under the pointer.
        marker, whisker: how both look, as Plotly takes it; whiskers get the marker's colour.
        threshold: from which score on is called; None of one who decides otherwise.
    """
    (low, high), (least, most) = sensitivity.interval, specificity.interval
    drawn = {"symmetric": False, "color": marker["color"], **whisker}
    figure.add_scatter(
        x=[1 - specificity.value],
        y=[sensitivity.value],
        mode="markers",
        meta={"series": name} | ({} if threshold is None else {THRESHOLD: threshold}),
        marker=marker,
        error_x={
            **drawn,
            "array": [specificity.value - least],
            "arrayminus": [most - specificity.value],
        },
        error_y={
            **drawn,
            "array": [high - sensitivity.value],
            "arrayminus": [sensitivity.value - low],
        },
        hovertemplate=f"{said}<extra></extra>",
        cliponaxis=False,
    )


def name_axes(figure: go.Figure) -> None:
    """What the plane's axes are, a little wider than 0 to 1."""
    figure.update_xaxes(title_text="1 − specificity", range=[-0.01, 1.01], showgrid=True)
    figure.update_yaxes(title_text="sensitivity", range=[-0.01, 1.03], showgrid=True)
