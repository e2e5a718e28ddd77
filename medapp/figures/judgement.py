"""Figures of how a model judges: one image's probabilities, the confusion of many, sensitivities,
ROC curves.
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from medapp.evaluation.evaluate import Evaluation
from medapp.evaluation.metrics import trace_roc
from medapp.figures.style import (
    CLEAR,
    PALETTES,
    finish,
    pick_colour,
    shorten,
    show_plain,
    write_figure,
    write_probability,
)

MOST_POINTS = 500  # of a curve: more cannot be told apart


def draw_probabilities(
    probabilities: Mapping[str, float], theme: str = "light", title: str | None = None
) -> go.Figure:
    """One image's probabilities by class, in the order that gives the colours.

    Made for a side column.
    """
    names, values = list(probabilities), list(probabilities.values())
    figure = go.Figure(
        go.Bar(
            y=list(range(len(names))),
            x=values,
            orientation="h",
            cliponaxis=False,
            textposition="outside",
            text=[show_plain(write_probability(v)) for v in values],
            customdata=[show_plain(name) for name in names],
            marker={
                "color": [pick_colour(i, theme) for i in range(len(names))],
                "line": {"width": 0},
            },
            hovertemplate="%{customdata}: %{x:.4f}<extra></extra>",
        )
    )
    top = max(names, key=probabilities.__getitem__, default=None)
    finding = (
        "No prediction"
        if top is None
        else f"{top}, probability {write_probability(probabilities[top])}"
    )
    finish(figure, theme, title or finding, 64 + 34 * len(names), is_narrow=True)
    figure.update_layout(bargap=0.3)
    figure.update_xaxes(title_text="probability", range=[0, 1.18], tickvals=[0, 0.5, 1])
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=list(range(len(names))),
        ticktext=[shorten(n) for n in names],
    )
    return figure


def draw_confusion(
    evaluation: Evaluation, theme: str = "light", title: str | None = None
) -> go.Figure:
    """Truth by prediction: counts, coloured by their share of the truth. A click gives `customdata`
    [row, column].

    Plotly's heatmap reports no clicks, so that invisible markers lie over it; the nearest one takes
    the pointer.
    """
    colours, k = PALETTES[theme], len(evaluation.classes)
    confusion = np.array(evaluation.confusion)
    totals = confusion.sum(axis=1)
    share = confusion / np.maximum(totals, 1)[:, None]
    places = [(i, j) for i in range(k) for j in range(k)]
    names = [show_plain(name) for name in evaluation.classes]
    figure = go.Figure(
        go.Heatmap(
            z=share,
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
            texttemplate="%{text}",
            text=[
                [f"{confusion[i, j]:,}<br>{share[i, j]:.0%}" for j in range(k)] for i in range(k)
            ],
            textfont={"color": colours.text},
            colorscale=[[0, colours.ramp[0]], [1, colours.ramp[1]]],
            colorbar={
                "title": {
                    "text": "share of the truth",
                    "side": "right",
                    "font": {"color": colours.muted, "size": 12},
                },
                "tickformat": ".0%",
                "thickness": 10,
                "outlinewidth": 0,
                "nticks": 5,
                "tickfont": {"color": colours.muted, "size": 12},
            },
        )
    )
    figure.add_scatter(
        x=[j for _, j in places],
        y=[i for i, _ in places],
        customdata=places,
        mode="markers",
        showlegend=False,
        marker={"symbol": "square", "size": 36, "opacity": 0, "color": colours.text},
        selected={"marker": {"opacity": 0.25}},
        unselected={"marker": {"opacity": 0}},
        text=[
            f"{confusion[i, j]:,} of {totals[i]:,} images of {names[i]}<br>taken for {names[j]}"
            f" ({share[i, j]:.0%})"
            for i, j in places
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    finish(figure, theme, title or _state_confusion(evaluation), 70 + max(54 * k, 160))
    ticks = {
        "tickvals": list(range(k)),
        "ticktext": [shorten(name) for name in evaluation.classes],
        "showgrid": False,
    }
    figure.update_xaxes(title_text="prediction", range=[-0.5, k - 0.5], **ticks)
    figure.update_yaxes(title_text="truth", range=[k - 0.5, -0.5], **ticks)
    figure.update_layout(
        hovermode="closest", hoverdistance=-1, clickmode="event+select", dragmode=False
    )
    return figure


def draw_sensitivity(
    evaluation: Evaluation, theme: str = "light", title: str | None = None
) -> go.Figure:
    """Each class's sensitivity with its 95% interval; a class that was not judged keeps an empty
    row.
    """
    figure, classes = go.Figure(), evaluation.classes
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
    finish(figure, theme, title or _state_sensitivity(evaluation), 64 + 36 * len(classes))
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
    title: str | None = None,
) -> go.Figure:
    """Each class's ROC curve against the rest, from the probabilities (N, K) and truth (N,) that
    were evaluated.
    """
    scores, truths, colours = np.asarray(probabilities), np.asarray(truth), PALETTES[theme]
    figure = go.Figure()
    for i, name in enumerate(evaluation.classes):
        figures = evaluation.per_class[name]
        if figures.auroc is None:
            continue
        false_rate, true_rate = trace_roc(scores[:, i], truths == i)
        kept = np.unique(
            np.linspace(0, len(true_rate) - 1, min(len(true_rate), MOST_POINTS)).round().astype(int)
        )
        figure.add_scatter(
            x=false_rate[kept],
            y=true_rate[kept],
            customdata=1 - false_rate[kept],
            mode="lines",
            name=f"{shorten(name)} {write_figure(figures.auroc, figures.intervals['auroc'])}",
            line={"color": pick_colour(i, theme), "width": 2},
            hovertemplate=(
                f"{show_plain(name)}: sensitivity %{{y:.3f}} at specificity %{{customdata:.3f}}"
                "<extra></extra>"
            ),
        )
    chance = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    figure.add_shape(**chance, line={"color": colours.muted, "width": 1, "dash": "dash"})
    finish(figure, theme, title or _state_roc(evaluation), 330)
    figure.update_layout(  # the corner under the chance line is empty
        showlegend=True,
        legend={
            "x": 1,
            "xanchor": "right",
            "y": 0,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "font": {"size": 12},
        },
    )
    figure.update_xaxes(title_text="1 − specificity", range=[-0.01, 1.01])
    figure.update_yaxes(title_text="sensitivity", range=[-0.01, 1.02])
    return figure


def _state_confusion(evaluation: Evaluation) -> str:
    wrong = np.array(evaluation.confusion)
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return f"No error among {evaluation.n:,} images" if evaluation.n else "No image was judged"
    i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
    truth, prediction = evaluation.classes[i], evaluation.classes[j]
    n = evaluation.per_class[truth].n
    all_images = f"n\u00a0=\u00a0{evaluation.n:,}"
    return (
        f"Most frequent error: {wrong[i, j]:,} of {n:,} {truth} taken for {prediction}"
        f" ({all_images})"
    )


def _state_sensitivity(evaluation: Evaluation) -> str:
    known = {name: f for name, f in evaluation.per_class.items() if f.sensitivity is not None}
    if not known:
        return "No image was judged"
    name, figures = min(known.items(), key=lambda item: item[1].sensitivity or 0.0)
    value = write_figure(figures.sensitivity or 0.0, figures.intervals["sensitivity"]).replace(
        " ", "\u00a0"
    )  # stays in one line
    return (
        f"Sensitivity is lowest for {name}: {value}"
        if len(known) > 1
        else f"Sensitivity for {name}: {value}"
    )


def _state_roc(evaluation: Evaluation) -> str:
    if evaluation.macro_auroc is None:
        return "AUROC is undefined: it needs images of two classes"
    value = write_figure(evaluation.macro_auroc, evaluation.intervals["macro_auroc"]).replace(
        " ", "\u00a0"
    )
    return f"Macro AUROC {value} (n\u00a0=\u00a0{evaluation.n:,})"
