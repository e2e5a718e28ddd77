"""The learning rate range test as a figure: loss over the rate, and the rate to take."""

import plotly.graph_objects as go

from medapp.figures.style import PALETTES, finish
from medapp.training.rate_range import RateRange

HEIGHT = 260  # px


def draw_rate_range(found: RateRange, theme: str = "light") -> go.Figure:
    """The loss of each step and the smoothed loss, over a rate in its logarithm."""
    colours = PALETTES[theme]
    figure = go.Figure()
    figure.add_scatter(
        x=found.rates,
        y=found.losses,
        name="each step",
        mode="markers",
        marker={"size": 4, "color": colours.muted, "opacity": 0.5},
        hovertemplate="rate %{x:.2g}: loss %{y:.3f}<extra></extra>",
    )
    figure.add_scatter(
        x=found.rates,
        y=found.smoothed,
        name="smoothed",
        mode="lines",
        line={"color": colours.accent, "width": 2.5},
        hovertemplate="rate %{x:.2g}: smoothed %{y:.3f}<extra></extra>",
    )
    title = "No rate stands out"
    if found.suggestion is not None:
        title = f"The loss falls fastest at a learning rate of {found.suggestion:g}"
        figure.add_vline(
            x=found.suggestion, line={"color": colours.text, "width": 1.5, "dash": "dash"}
        )
    key = [("each step", colours.muted), ("smoothed", colours.accent)]
    finish(figure, theme, title, HEIGHT, key=key)
    figure.update_xaxes(
        type="log", title_text="learning rate of the head", exponentformat="power", dtick=1
    )
    # A loss that explodes would press the rest flat.
    bottom, top = min(found.losses), max(found.losses[: len(found.losses) // 2 + 1])
    room = 0.1 * (top - bottom) or 0.1
    figure.update_yaxes(title_text="training loss", range=[bottom - room, top + 3 * room])
    return figure
