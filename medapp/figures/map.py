"""Images as points: near one another where a network sees them alike."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from medapp.figures.style import finish, pick_colour, shorten, show_plain

MOST_NAMED = 8  # values with a colour of their own; the others share one


def draw_map(
    positions: NDArray[np.float64],
    shares: tuple[float, float],
    ids: Sequence[int],
    names: Sequence[str],
    values: Sequence[str],
    theme: str = "light",
    order: Sequence[str] = (),
) -> go.Figure:
    """Points (N, 2), coloured by a value of each image; `customdata` begins with the image's id.

    Args:
        order: of the values in the legend, as far as it is known; the commonest come first else.
    """
    counts = Counter(values)
    kinds = sorted(counts, key=lambda value: (-counts[value], value))
    places = {value: place for place, value in enumerate(order)}
    if len(kinds) <= MOST_NAMED:
        kinds.sort(key=lambda value: places.get(value, len(places)))
    groups = [[kind] for kind in kinds[: MOST_NAMED - 1]]
    if rest := kinds[MOST_NAMED - 1 :]:
        groups.append(rest)
    figure = go.Figure()
    key = []
    for index, group in enumerate(groups):
        wanted = set(group)
        rows = [row for row, value in enumerate(values) if value in wanted]
        colour = pick_colour(index, theme)
        key.append((shorten(group[0]) if len(group) == 1 else "others", colour))
        figure.add_scattergl(
            x=positions[rows, 0],
            y=positions[rows, 1],
            mode="markers",
            marker={"color": colour, "size": 6, "opacity": 0.8},
            customdata=[[ids[r], show_plain(names[r]), show_plain(values[r])] for r in rows],
            hovertemplate="%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        )
    title = f"Two directions hold {sum(shares):.0%} of how these images differ"
    finish(figure, theme, title, 480, key=key)
    figure.update_layout(dragmode="lasso")
    figure.update_xaxes(title_text=f"component 1, {shares[0]:.0%} of the variance")
    figure.update_yaxes(title_text=f"component 2, {shares[1]:.0%} of the variance")
    return figure
