"""Figures of how a model judges: one image's probabilities, sensitivities, ROC curves."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.metrics import trace_roc
from medapp.evaluation.predictive import show_rates
from medapp.evaluation.words import write_figure, write_probability
from medapp.figures.numbers import AID, list_numbers, tell_interval
from medapp.figures.roc_plane import THRESHOLD, add_reader, draw_chance
from medapp.figures.style import (
    CLEAR,
    PALETTES,
    Palette,
    finish,
    hold_together,
    pick_colour,
    shorten,
    show_plain,
)
from medapp.figures.thinning import ALL_POINTS, MOST_POINTS, thin_out

DECISION = "as the model decides"


def draw_probabilities(
    probabilities: Mapping[str, float],
    theme: str = "light",
    thresholds: Mapping[str, float] | None = None,
    decided: str = "",
) -> go.Figure:
    """One image's probabilities by class, in the order that gives the colours.

    Made for a side column.

    Args:
        thresholds: finding → from which probability it counts as there: a mark across its bar, and
            whether it does behind its probability.
        decided: the class that was decided; the most probable one where none is named.
    """
    limits = thresholds or {}
    names = list(probabilities)
    values = list(probabilities.values())
    written = [show_plain(_write_decision(p, limits.get(n))) for n, p in probabilities.items()]
    figure = go.Figure(
        go.Bar(
            y=list(range(len(names))),
            x=values,
            orientation="h",
            cliponaxis=False,
            textposition="none" if limits else "outside",
            text=written,
            customdata=[show_plain(name) for name in names],
            meta={"class": names, **({"threshold": [limits[n] for n in names]} if limits else {})},
            marker={
                "color": [pick_colour(i, theme) for i in range(len(names))],
                "line": {"width": 0},
            },
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    )
    if limits:
        _draw_thresholds(figure, [limits[name] for name in names], names, written, theme)
    title = _state_findings(probabilities, limits) if limits else _state(probabilities, decided)
    finish(figure, theme, title, 64 + 34 * len(names), is_narrow=True)
    figure.update_layout(bargap=0.3)
    figure.update_xaxes(
        title_text="probability", range=[0, 1.5 if limits else 1.18], tickvals=[0, 0.5, 1]
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=list(range(len(names))),
        ticktext=[shorten(n) for n in names],
    )
    return figure


def _draw_thresholds(
    figure: go.Figure, limits: Sequence[float], names: Sequence[str], written: list[str], theme: str
) -> None:
    """A mark across each bar at its threshold, and what is written in a column of its own, where no
    mark stands in it.
    """
    rows = list(range(len(names)))
    colour = PALETTES[theme].text
    mark = {"symbol": "line-ns-open", "size": 22, "color": colour, "line": {"width": 2}}
    figure.add_scatter(
        x=list(limits),
        y=rows,
        mode="markers",
        marker=mark,
        meta=AID,
        customdata=[show_plain(name) for name in names],
        hovertemplate="%{customdata}: threshold %{x:.3f}<extra></extra>",
        showlegend=False,
    )
    figure.add_scatter(
        x=[1.04] * len(names),
        y=rows,
        mode="text",
        cliponaxis=False,
        text=written,
        textposition="middle right",
        textfont={"color": colour},
        meta=AID,
        hoverinfo="skip",
        showlegend=False,
    )


def _write_decision(probability: float, threshold: float | None) -> str:
    """A probability, and for a finding whether it counts as there."""
    written = write_probability(probability)
    if threshold is None:
        return written
    return f"{written} {'✓' if probability >= threshold else '✗'}"


def _state_findings(probabilities: Mapping[str, float], limits: Mapping[str, float]) -> str:
    found = [name for name, limit in limits.items() if probabilities[name] >= limit]
    return f"Found: {', '.join(found)}" if found else "No finding"


def _state(probabilities: Mapping[str, float], decided: str) -> str:
    top = max(probabilities, key=probabilities.__getitem__, default=None)
    if top is None:
        return "No prediction"
    top = decided or top
    probability = hold_together(f"probability {write_probability(probabilities[top])}")
    return f"{top}, {probability}"


def draw_sensitivity(evaluation: Evaluation, theme: str = "light") -> go.Figure:
    """Each class's sensitivity with its 95% interval.

    A class that was not judged keeps an empty row.
    """
    figure = go.Figure()
    classes = evaluation.classes
    for i, name in enumerate(classes):
        figures = evaluation.per_class[name]
        if figures.sensitivity is None:
            continue
        interval = figures.intervals["sensitivity"]
        low, high = interval or (figures.sensitivity, figures.sensitivity)
        figure.add_scatter(
            x=[figures.sensitivity],
            y=[i],
            mode="markers",
            marker={"size": 11, "color": pick_colour(i, theme)},
            meta={"class": name, "images": figures.n, **tell_interval("sensitivity", [interval])},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - figures.sensitivity],
                "thickness": 2,
                "width": 6,
                "arrayminus": [figures.sensitivity - low],
            },
            hovertemplate=(
                f"{show_plain(name)}: {write_figure(figures.sensitivity, interval)}, "
                f"n = {figures.n:,}<extra></extra>"
            ),
        )
    finish(figure, theme, _state_sensitivity(evaluation), 64 + 36 * len(classes))
    labels = [f"{shorten(name)} (n = {evaluation.per_class[name].n:,})" for name in classes]
    quarters = [0, 0.25, 0.5, 0.75, 1]
    figure.update_xaxes(
        title_text="sensitivity, with 95% interval", range=[-0.02, 1.03], tickvals=quarters
    )
    figure.update_yaxes(
        range=[len(classes) - 0.5, -0.5],
        showgrid=False,
        tickvals=list(range(len(classes))),
        ticktext=labels,
    )
    return figure


def draw_roc(
    probabilities: ArrayLike,
    truth: ArrayLike,
    evaluation: Evaluation,
    theme: str = "light",
    most: int = MOST_POINTS,
) -> go.Figure:
    """Each class's ROC curve against the rest; of two classes that of the positive one alone.

    Where one class is the positive one, the point at which the model decides stands on its curve,
    with the 95% intervals of both rates.

    Args:
        probabilities: (N, K) as they were evaluated.
        truth: (N,) indices of the true classes, or (N, K) with 1, 0 and NaN for what is not known.
        most: points that a curve is drawn through.
    """
    scores = np.asarray(probabilities)
    truths = np.asarray(truth)
    if truths.ndim == 1:
        truths = (truths[:, None] == np.arange(len(evaluation.classes))).astype(float)
    colours = PALETTES[theme]
    figure = go.Figure()
    for i, name in enumerate(evaluation.classes):
        figures = evaluation.per_class[name]
        is_mirrored = evaluation.positive not in ("", name)
        if figures.auroc is None or is_mirrored:
            continue
        known = ~np.isnan(truths[:, i])
        false_rate, true_rate, thresholds = trace_roc(scores[known, i], truths[known, i] == 1)
        kept = thin_out(len(true_rate), most)
        figure.add_scatter(
            x=false_rate[kept],
            y=true_rate[kept],
            customdata=1 - false_rate[kept],
            meta={"class": name, THRESHOLD: thresholds[kept].tolist()},
            mode="lines",
            name=f"{shorten(name)} {write_figure(figures.auroc, figures.intervals['auroc'])}",
            line={"color": pick_colour(i, theme), "width": 2},
            hovertemplate=(
                f"{show_plain(name)}: sensitivity %{{y:.3f}} at specificity %{{customdata:.3f}}"
                "<extra></extra>"
            ),
        )
    draw_chance(figure, colours)
    _mark_decision(figure, evaluation, colours)
    finish(figure, theme, _state_roc(evaluation), 330)
    # The legend stands in the corner under the chance line, which is empty.
    corner = {"x": 1, "xanchor": "right", "y": 0, "yanchor": "bottom"}
    legend = {**corner, "bgcolor": CLEAR, "font": {"size": 12}}
    figure.update_layout(showlegend=True, legend=legend)
    figure.update_xaxes(title_text="1 − specificity", range=[-0.01, 1.01])
    figure.update_yaxes(title_text="sensitivity", range=[-0.01, 1.02])
    return figure


def _mark_decision(figure: go.Figure, evaluation: Evaluation, colours: Palette) -> None:
    """The point that the model's decisions have, of two classes; none where a rate is unknown."""
    sensitivity, specificity = show_rates(evaluation.per_class.get(evaluation.positive))
    if sensitivity is None or specificity is None:
        return
    add_reader(figure, sensitivity, specificity, DECISION, colours.accent, "circle")
    figure.data[-1].update(name=DECISION, meta={"class": DECISION})


def list_roc(
    probabilities: ArrayLike, truth: ArrayLike, evaluation: Evaluation
) -> list[list[object]]:
    """The numbers behind `draw_roc`, of every point of the curves, as `list_numbers` gives them."""
    return list_numbers(draw_roc(probabilities, truth, evaluation, most=ALL_POINTS))


def _state_sensitivity(evaluation: Evaluation) -> str:
    known = {name: f for name, f in evaluation.per_class.items() if f.sensitivity is not None}
    if not known:
        return "No image was judged"
    name, figures = min(known.items(), key=lambda item: item[1].sensitivity or 0.0)
    value = hold_together(write_figure(figures.sensitivity, figures.intervals["sensitivity"]))
    is_lowest = " is lowest" if len(known) > 1 else ""
    return f"Sensitivity{is_lowest} for {name}: {value}"


def _state_roc(evaluation: Evaluation) -> str:
    if evaluation.macro_auroc is None:
        return "AUROC is undefined: it needs images of two classes"
    value = write_figure(evaluation.macro_auroc, evaluation.intervals["macro_auroc"])
    name = "AUROC" if evaluation.positive else "Macro AUROC"
    return f"{name} {hold_together(value)} ({hold_together(f'n = {evaluation.n:,}')})"
