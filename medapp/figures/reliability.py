"""The calibration figure: whether probabilities come true."""

import plotly.graph_objects as go

from medapp.evaluation.reliability import Reliability
from medapp.evaluation.words import write_figure
from medapp.figures.numbers import AID, tell_interval
from medapp.figures.style import PALETTES, finish, hold_together, show_plain

HEIGHT = 320  # px
SEEN = "seen: share of images"
APART = 0.045  # of the axis, between the counts of two bins


def draw_reliability(found: Reliability, theme: str = "light") -> go.Figure:
    """What was seen over what was said, a point a bin with its 95% interval and its images."""
    colours = PALETTES[theme]
    bins = found.bins
    figure = go.Figure()
    figure.add_scatter(
        x=[one.said for one in bins],
        y=[one.seen for one in bins],
        mode="markers",
        marker={"size": 9, "color": colours.accent},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.interval[1] - one.seen for one in bins],
            "arrayminus": [one.seen - one.interval[0] for one in bins],
            "color": colours.accent,
            "thickness": 1.5,
            "width": 4,
        },
        meta={
            "images": [one.n for one in bins],
            **tell_interval(SEEN, [one.interval for one in bins]),
        },
        customdata=[(one.n, write_figure(one.seen, one.interval)) for one in bins],
        hovertemplate=(
            "said %{x:.3f}, seen %{customdata[1]}, %{customdata[0]:,} images<extra></extra>"
        ),
        cliponaxis=False,
    )
    # Counts stand at the foot, where no whisker crosses them, and none over another.
    told = list(bins[:1])
    for one in bins:
        if one.said - told[-1].said >= APART:
            told.append(one)
    figure.add_scatter(
        x=[one.said for one in told],
        y=[-0.06] * len(told),
        mode="text",
        text=[f"{one.n:,}" for one in told],
        textfont={"size": 11, "color": colours.muted},
        meta=AID,
        hoverinfo="skip",
        cliponaxis=False,
    )
    line = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    figure.add_shape(**line, line={"color": colours.muted, "width": 1, "dash": "dash"})
    finish(figure, theme, _state_reliability(found), HEIGHT)
    of = f"said: probability of {show_plain(found.of)}" if found.of else "probability that was said"
    ticks = [0, 0.25, 0.5, 0.75, 1]
    figure.update_xaxes(title_text=of, range=[-0.02, 1.03], tickvals=ticks, showgrid=True)
    figure.update_yaxes(title_text=SEEN, range=[-0.12, 1.03], tickvals=ticks, showgrid=True)
    return figure


def _state_reliability(found: Reliability) -> str:
    noise = hold_together(
        f"{write_figure(found.noise)} on average, {write_figure(found.noise_limit)} in 95 of 100"
    )
    error = hold_together(f"error {write_figure(found.ece)}")
    if found.is_off:
        return f"Probabilities do not come true: {error}, chance alone gives {noise}"
    return f"Calibration {error}: no more than chance alone gives ({noise})"
