"""Figures of probabilities: whether they come true, and what is gained by answering only some."""

from collections.abc import Sequence

import plotly.graph_objects as go

from medapp.evaluation.reliability import Reliability
from medapp.evaluation.selective import Answered
from medapp.evaluation.words import write_figure
from medapp.figures.style import PALETTES, finish, hold_together, show_plain

HEIGHT = 320  # px
BAND = 0.16  # opacity
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
        hoverinfo="skip",
        cliponaxis=False,
    )
    line = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    figure.add_shape(**line, line={"color": colours.muted, "width": 1, "dash": "dash"})
    finish(figure, theme, _state_reliability(found), HEIGHT)
    of = f"said: probability of {show_plain(found.of)}" if found.of else "probability that was said"
    ticks = [0, 0.25, 0.5, 0.75, 1]
    figure.update_xaxes(title_text=of, range=[-0.02, 1.03], tickvals=ticks, showgrid=True)
    figure.update_yaxes(
        title_text="seen: share of images", range=[-0.12, 1.03], tickvals=ticks, showgrid=True
    )
    return figure


def draw_coverage(points: Sequence[Answered], theme: str = "light") -> go.Figure:
    """The accuracy among the surest images, over their share of all, with 95% intervals."""
    colours = PALETTES[theme]
    shares = [point.coverage for point in points]
    figure = go.Figure()
    figure.add_scatter(
        x=[*shares, *reversed(shares)],
        y=[
            *(point.interval[1] for point in points),
            *(point.interval[0] for point in reversed(points)),
        ],
        fill="toself",
        fillcolor=colours.accent,
        opacity=BAND,
        line={"width": 0},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=shares,
        y=[point.accuracy for point in points],
        mode="lines+markers",
        line={"color": colours.accent, "width": 2},
        marker={"size": 6, "color": colours.accent},
        customdata=[
            (point.n, write_figure(point.accuracy, point.interval), point.least) for point in points
        ],
        hovertemplate=(
            "%{customdata[0]:,} images of a probability of %{customdata[2]:.3f} or more:"
            " %{customdata[1]}<extra></extra>"
        ),
        cliponaxis=False,
    )
    finish(figure, theme, _state_coverage(points), HEIGHT)
    least = min((point.interval[0] for point in points), default=0.0)
    figure.update_xaxes(
        title_text="share that is answered, the surest first",
        range=[0, 1.02],
        tickformat=".0%",
        tickvals=[0, 0.25, 0.5, 0.75, 1],
    )
    figure.update_yaxes(
        title_text="accuracy of what is answered",
        showgrid=True,
        tickformat=".2f",
        range=[max(0.0, least - 0.05), 1.02],
    )
    return figure


def _state_reliability(found: Reliability) -> str:
    noise = hold_together(f"{found.noise:.3f}, up to {found.noise_limit:.3f}")
    error = hold_together(f"error {found.ece:.3f}")
    if found.is_off:
        return f"Probabilities do not come true: {error}, chance alone gives {noise}"
    return f"Calibration {error}: no more than chance alone gives ({noise})"


def _state_coverage(points: Sequence[Answered]) -> str:
    if not points:
        return "No image was judged"
    half = min(points, key=lambda point: abs(point.coverage - 0.5))
    whole = points[-1]
    of_whole = hold_together(write_figure(whole.accuracy, whole.interval))
    if half is whole:
        return f"Of all {whole.n:,} images {of_whole} are right"
    of_half = hold_together(write_figure(half.accuracy, half.interval))
    return f"Of the surest {half.coverage:.0%}, {of_half} are right; of all, {of_whole}"
