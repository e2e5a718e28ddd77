"""Images as points: near one another where a network sees them alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from medapp.figures.style import PALETTES, finish, pick_colour, shorten, show_plain

MOST_NAMED = 8  # values with a colour of their own; the others share one
MOST_DRAWN = 3000  # points that a browser draws without WebGL, which not every machine has
HEIGHT = 480  # px


@dataclass(frozen=True)
class Points:
    """What a map shows.

    Attributes:
        positions: (N, 2).
        shares: of the variance along each axis; None where no axis means anything.
        ids, names: of the images, (N,).
    """

    positions: NDArray[np.float64]
    shares: tuple[float, float] | None
    ids: Sequence[int]
    names: Sequence[str]


def draw_map(
    points: Points, values: Sequence[str], theme: str = "light", order: Sequence[str] = ()
) -> go.Figure:
    """Points coloured by a value of each image; a trace's `customdata` are the images' ids.

    Args:
        order: of the values in the legend, as far as it is known; the commonest come first else.
    """
    groups = _group(values, order)
    figure = go.Figure()
    key = []
    for index, group in enumerate(groups):
        rows = np.flatnonzero([value in group for value in values])
        colour = pick_colour(index, theme)
        key.append((shorten(group[0]) if len(group) == 1 else "others", colour))
        said = [values[row] for row in rows.tolist()]
        _add_points(figure, points, rows, said, {"color": colour})
    return _finish(figure, points, theme, key)


def draw_amounts(
    points: Points,
    amounts: NDArray[np.float64],
    title: str,
    theme: str = "light",
    missing: str = "not known",
) -> go.Figure:
    """Points coloured from the lowest amount to the highest, NaN in grey below all others.

    Args:
        title: of the scale.
        missing: what is said of an image whose amount is NaN.
    """
    figure = go.Figure()
    colours = PALETTES[theme]
    unknown = np.flatnonzero(np.isnan(amounts))
    known = np.flatnonzero(~np.isnan(amounts))
    known = known[np.argsort(amounts[known], kind="stable")]
    grey = pick_colour(-1, theme)
    said = [missing] * len(unknown)
    _add_points(figure, points, unknown, said, {"color": grey, "opacity": 0.35})
    scale = colours.amounts
    marker = {
        "color": amounts[known],
        "colorscale": [(i / (len(scale) - 1), colour) for i, colour in enumerate(scale)],
        "colorbar": {
            "title": {"text": show_plain(title), "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
            "tickfont": {"color": colours.muted},
        },
    }
    _add_points(figure, points, known, [f"{amounts[row]:.4g}" for row in known], marker)
    return _finish(figure, points, theme, [(missing, grey)] if len(unknown) else [])


def list_places(
    points: Points, values: Sequence[object], title: str = "value"
) -> list[list[object]]:
    """The table behind a map: a row an image, with what it is coloured by.

    Args:
        values: (N,) in words or amounts; NaN where there is none.
        title: of the values.
    """
    axes = ("x", "y") if points.shares is None else ("component 1", "component 2")
    found = zip(points.names, points.positions.tolist(), values, strict=True)
    rows = [[name, x, y, "" if value != value else value] for name, (x, y), value in found]
    return [["image", *axes, title], *rows]


def _group(values: Sequence[str], order: Sequence[str]) -> list[list[str]]:
    """The values that share a colour, in the legend's order."""
    counts = Counter(values)
    kinds = sorted(counts, key=lambda value: (-counts[value], value))
    places = {value: place for place, value in enumerate(order)}
    if len(kinds) <= MOST_NAMED:
        kinds.sort(key=lambda value: places.get(value, len(places)))
        return [[kind] for kind in kinds]
    return [*([kind] for kind in kinds[: MOST_NAMED - 1]), kinds[MOST_NAMED - 1 :]]


def _add_points(
    figure: go.Figure,
    points: Points,
    rows: NDArray[np.int64],
    values: Sequence[str],
    marker: dict[str, Any],
) -> None:
    if not len(rows):
        return
    kind = go.Scatter if len(points.ids) <= MOST_DRAWN else go.Scattergl
    places = points.positions[rows].astype(np.float32)
    trace = kind(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={"size": 6, "opacity": 0.8, **marker},
        customdata=np.array(points.ids, np.int32)[rows],
        text=[
            f"{show_plain(points.names[row])}<br>{show_plain(value)}"
            for row, value in zip(rows.tolist(), values, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_trace(trace)


def _finish(
    figure: go.Figure, points: Points, theme: str, key: Sequence[tuple[str, str]]
) -> go.Figure:
    shares = points.shares
    if shares is None:
        finish(figure, theme, "Images that a network sees alike stand together", HEIGHT, key=key)
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
    else:
        title = f"Two directions hold {sum(shares):.0%} of how these images differ"
        finish(figure, theme, title, HEIGHT, key=key)
        figure.update_xaxes(title_text=f"component 1, {shares[0]:.0%} of the variance")
        figure.update_yaxes(title_text=f"component 2, {shares[1]:.0%} of the variance")
    figure.update_layout(dragmode="lasso")
    return figure
