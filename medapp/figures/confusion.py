"""Truth by prediction: which class is taken for which."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from medapp.evaluation.evaluation import Evaluation
from medapp.figures.numbers import AID
from medapp.figures.style import PALETTES, Palette, finish, hold_together, shorten, show_plain


def draw_confusion(evaluation: Evaluation, theme: str = "light") -> go.Figure:
    """Truth by prediction: counts, coloured by their share of the truth.

    A click gives `customdata` [row, column]. Plotly's heatmap reports no clicks, so that invisible
    markers lie over it; the nearest one takes the pointer.
    """
    colours = PALETTES[theme]
    count = len(evaluation.classes)
    figure = go.Figure([_draw_cells(evaluation, colours), _draw_targets(evaluation, colours)])
    finish(figure, theme, _state_confusion(evaluation), 70 + max(54 * count, 160))
    ticks = {
        "tickvals": list(range(count)),
        "ticktext": [shorten(name) for name in evaluation.classes],
        "showgrid": False,
    }
    figure.update_xaxes(title_text="prediction", range=[-0.5, count - 0.5], **ticks)
    figure.update_yaxes(title_text="truth", range=[count - 0.5, -0.5], **ticks)
    figure.update_layout(
        hovermode="closest", hoverdistance=-1, clickmode="event+select", dragmode=False
    )
    return figure


def _draw_cells(evaluation: Evaluation, colours: Palette) -> go.Heatmap:
    confusion, share = _count_and_share(evaluation)
    small: dict[str, Any] = {"color": colours.muted, "size": 12}
    return go.Heatmap(
        z=share,
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
        texttemplate="%{text}",
        text=[
            [f"{n:,}<br>{s:.0%}" for n, s in zip(row, shares, strict=True)]
            for row, shares in zip(confusion, share, strict=True)
        ],
        textfont={"color": colours.text},
        colorscale=[[0, colours.ramp[0]], [1, colours.ramp[1]]],
        meta={
            "truth": list(evaluation.classes),
            **{
                f"predicted {name}": confusion[:, j].tolist()
                for j, name in enumerate(evaluation.classes)
            },
        },
        colorbar={
            "title": {"text": "share of the truth", "side": "right", "font": small},
            "tickformat": ".0%",
            "thickness": 10,
            "outlinewidth": 0,
            "nticks": 5,
            "tickfont": small,
        },
    )


def _draw_targets(evaluation: Evaluation, colours: Palette) -> go.Scatter:
    """What takes the clicks: a marker in each cell."""
    confusion, share = _count_and_share(evaluation)
    names = [show_plain(name) for name in evaluation.classes]
    cells = [(i, j) for i in range(len(names)) for j in range(len(names))]
    return go.Scatter(
        x=[j for _, j in cells],
        y=[i for i, _ in cells],
        customdata=cells,
        meta=AID,
        mode="markers",
        showlegend=False,
        marker={"symbol": "square", "size": 36, "opacity": 0, "color": colours.text},
        selected={"marker": {"opacity": 0.25}},
        unselected={"marker": {"opacity": 0}},
        text=[
            f"{confusion[i, j]:,} of {confusion[i].sum():,} images of {names[i]}<br>taken for"
            f" {names[j]} ({share[i, j]:.0%})"
            for i, j in cells
        ],
        hovertemplate="%{text}<extra></extra>",
    )


def _count_and_share(evaluation: Evaluation) -> tuple[Any, Any]:
    """Counts (K, K) and their share of the truth, truth by prediction."""
    confusion = np.array(evaluation.confusion)
    return confusion, confusion / np.maximum(confusion.sum(axis=1), 1)[:, None]


def _state_confusion(evaluation: Evaluation) -> str:
    wrong = np.array(evaluation.confusion)
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return f"No error among {evaluation.n:,} images" if evaluation.n else "No image was judged"
    i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
    truth = evaluation.classes[i]
    prediction = evaluation.classes[j]
    n = evaluation.per_class[truth].n
    return (
        f"Most frequent error: {wrong[i, j]:,} of {n:,} {truth} taken for {prediction}"
        f" ({hold_together(f'n = {evaluation.n:,}')})"
    )
