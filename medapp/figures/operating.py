"""Figures of a threshold: the ROC curve with its point, scores by truth, the decision curve."""

import numpy as np
import plotly.graph_objects as go

from medapp.evaluation.detection import Detection
from medapp.evaluation.net_benefit import DecisionCurve
from medapp.evaluation.operating import OperatingPoint
from medapp.evaluation.words import write_figure
from medapp.figures.numbers import tell_interval
from medapp.figures.roc_plane import add_point, draw_plane, name_axes
from medapp.figures.style import PALETTES, draw_band, finish, hold_together, show_plain
from medapp.figures.thinning import MOST_POINTS

HEIGHT = 320  # px
BINS = 20


def draw_operating(
    detection: Detection, point: OperatingPoint, theme: str = "light", most: int = MOST_POINTS
) -> go.Figure:
    """The ROC curve of the judged images, with the threshold's point and its 95% intervals.

    Args:
        most: points that the curve is drawn through.
    """
    colours = PALETTES[theme]
    figure = draw_plane(detection, colours, most)
    sensitivity, specificity = point.sensitivity, point.specificity
    if sensitivity and specificity:
        said = f"threshold {point.threshold:.3g}"
        marker = {"size": 12, "color": colours.accent}
        whisker = {"thickness": 2, "width": 5}
        rates = sensitivity, specificity
        add_point(figure, *rates, said, said, marker, whisker, point.threshold)
    finish(figure, theme, _state_point(point), HEIGHT)
    name_axes(figure)
    return figure


def draw_scores(detection: Detection, threshold: float, theme: str = "light") -> go.Figure:
    """How many images have which probability: with the finding upwards, without it downwards."""
    colours = PALETTES[theme]
    edges = np.linspace(0, 1, BINS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    scores = np.clip(detection.scores, 0, 1)
    sides = (
        (f"with {detection.name}", detection.true, 1, colours.accent),
        ("without", ~detection.true, -1, colours.muted),
    )
    figure = go.Figure()
    tallest = 1
    for name, mask, sign, colour in sides:
        counts, _ = np.histogram(scores[mask], edges)
        tallest = max(tallest, int(counts.max()))
        figure.add_bar(
            x=middles,
            y=sign * counts,
            customdata=counts,
            meta={
                "series": name,
                "from": edges[:-1].tolist(),
                "to": edges[1:].tolist(),
                detection.noun: counts.tolist(),
            },
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate=(
                f"%{{customdata:,}} {detection.noun} {show_plain(name)}, about %{{x:.3f}}"
                "<extra></extra>"
            ),
        )
    figure.add_vline(x=threshold, line={"color": colours.text, "width": 2})
    figure.add_hline(y=0, line={"color": colours.muted, "width": 1})
    key = [(name, colour) for name, _, _, colour in sides]
    finish(figure, theme, _state_scores(detection, threshold), HEIGHT - 20, key=key)
    figure.update_layout(barmode="relative", bargap=0.08)
    step = _find_step(tallest)
    ticks = list(range(-(tallest // step) * step, tallest + 1, step))
    name = f"probability of {show_plain(detection.name)}"
    figure.update_xaxes(title_text=name, range=[-0.01, 1.01], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_yaxes(
        title_text=detection.noun,
        showgrid=True,
        tickvals=ticks,
        ticktext=[f"{abs(tick):,}" for tick in ticks],
        range=[-1.08 * tallest, 1.08 * tallest],
    )
    return figure


def draw_decisions(curve: DecisionCurve, theme: str = "light") -> go.Figure:
    """Net benefit over the probability from which one would act, beside treating all and none."""
    colours = PALETTES[theme]
    at = [point.threshold for point in curve.points]
    figure = go.Figure()
    draw_band(figure, at, [point.interval for point in curve.points], colours.accent)
    lines = (
        ("all are treated", [point.all for point in curve.points], colours.muted, "solid"),
        ("none is", [0.0] * len(at), colours.text, "dot"),
        ("the model decides", [point.model for point in curve.points], colours.accent, "solid"),
    )
    intervals = tell_interval("net benefit", [point.interval for point in curve.points])
    for name, values, colour, dash in lines:
        figure.add_scatter(
            x=at,
            meta={"series": name, **(intervals if values is lines[-1][1] else {})},
            y=values,
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{name}: %{{y:.3f}} at %{{x:.2f}}<extra></extra>",
        )
    key = [(name, colour) for name, _, colour, _ in lines]
    finish(figure, theme, _state_decisions(curve), HEIGHT - 20, key=key)
    share = curve.positives / curve.n
    highest = max(point.interval[1] for point in curve.points)
    figure.update_xaxes(title_text="probability from which one would act", range=[0, 1])
    figure.update_yaxes(
        title_text="net benefit", showgrid=True, range=[-0.3 * share, 1.08 * max(highest, share)]
    )
    return figure


def _find_step(tallest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that goes at most four times into a count."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if tallest // step <= 4:
                return step
        power *= 10


def _state_point(point: OperatingPoint) -> str:
    if not point.sensitivity or not point.specificity:
        return "No ROC curve: it needs images with the finding and without it"
    said = (
        ("Sensitivity", point.sensitivity),
        ("specificity", point.specificity),
    )
    return ", ".join(
        hold_together(f"{name} {write_figure(rate.value, rate.interval)}") for name, rate in said
    )


def _state_scores(detection: Detection, threshold: float) -> str:
    called = detection.scores >= threshold
    true = detection.true
    hits, alarms = int((called & true).sum()), int((called & ~true).sum())
    return (
        f"{hits:,} of {int(true.sum()):,} with {detection.name} reach {threshold:.2g}, and"
        f" {alarms:,} of {int((~true).sum()):,} without"
    )


def _state_decisions(curve: DecisionCurve) -> str:
    spans = curve.useful
    if not spans:
        return "At no threshold is the model shown to beat treating all, or none"
    low, high = spans[0][0], spans[-1][1]
    gaps = ", with gaps" if len(spans) > 1 else ""
    where = f"from {low:.2f} to {high:.2f}{gaps}" if high > low else f"at {low:.2f}"
    return f"The model beats treating all, or none, {hold_together(where)}"
