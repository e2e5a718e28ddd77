"""The risk–coverage figure: what is gained by answering only where a model is sure."""

from collections.abc import Sequence

import plotly.graph_objects as go

from medapp.evaluation.selective import Answered
from medapp.evaluation.words import write_figure
from medapp.figures.numbers import tell_interval
from medapp.figures.style import PALETTES, draw_band, finish, hold_together

HEIGHT = 320  # px
AXIS = "accuracy of what is answered"


def draw_coverage(points: Sequence[Answered], theme: str = "light") -> go.Figure:
    """The accuracy among the surest images, over their share of all, with 95% intervals."""
    colours = PALETTES[theme]
    shares = [point.coverage for point in points]
    figure = go.Figure()
    draw_band(figure, shares, [point.interval for point in points], colours.accent)
    figure.add_scatter(
        x=shares,
        y=[point.accuracy for point in points],
        mode="lines+markers",
        line={"color": colours.accent, "width": 2},
        marker={"size": 6, "color": colours.accent},
        meta={
            "images": [point.n for point in points],
            "least probability": [point.least for point in points],
            **tell_interval(AXIS, [point.interval for point in points]),
        },
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
        title_text=AXIS,
        showgrid=True,
        tickformat=".2f",
        range=[max(0.0, least - 0.05), 1.02],
    )
    return figure


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
