"""A model's figure over how far each pixel of an image may change for the worse."""

import plotly.graph_objects as go

from medapp.evaluation.headline import write_title
from medapp.evaluation.robustness.record import ATTACKS, Robustness
from medapp.evaluation.words import write_figure
from medapp.figures.numbers import tell_interval
from medapp.figures.style import PALETTES, finish

HEIGHT = 320  # px
AXIS = "the most that a pixel may change, of black to white"
APART = 0.06  # grey levels between the points of two attacks, so that no whisker hides another


def draw_robustness(found: Robustness, theme: str = "light") -> go.Figure:
    """The curve of each attack with 95% intervals; a dotted line is what guessing has."""
    colours = PALETTES[theme]
    palette = dict(zip(ATTACKS, (colours.muted, colours.accent), strict=True))
    figure = go.Figure()
    for place, (attack, points) in enumerate(found.figures.items()):
        known = [
            (level, point[found.figure])
            for level, point in zip(found.levels, points, strict=True)
            if point[found.figure].value is not None
        ]
        values = [each.value or 0.0 for _, each in known]
        ends = [each.interval or (each.value or 0.0,) * 2 for _, each in known]
        title = ATTACKS[attack].title
        figure.add_scatter(
            x=[level + place * APART for level, _ in known],
            y=values,
            mode="lines+markers",
            marker={"size": 8, "color": palette[attack]},
            line={"width": 2, "color": palette[attack]},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [high - v for v, (_, high) in zip(values, ends, strict=True)],
                "arrayminus": [v - low for v, (low, _) in zip(values, ends, strict=True)],
                "color": palette[attack],
                "thickness": 1.5,
                "width": 4,
            },
            meta={
                "attack": title,
                AXIS: [level / 255 for level, _ in known],
                **tell_interval(write_title(found.figure), [each.interval for _, each in known]),
            },
            customdata=[(level, write_figure(each.value, each.interval)) for level, each in known],
            hovertemplate=f"{title}, %{{customdata[0]:g}}/255: %{{customdata[1]}}<extra></extra>",
            cliponaxis=False,
        )
    if found.chance is not None:
        figure.add_hline(y=found.chance, line={"color": colours.muted, "width": 1, "dash": "dot"})
    key = [(row.title, palette[attack]) for attack, row in ATTACKS.items()]
    finish(figure, theme, _state_title(found), HEIGHT, key=key)
    ticks = [f"{level:g}/255" for level in found.levels]
    figure.update_xaxes(title_text=AXIS, tickvals=list(found.levels), ticktext=ticks)
    figure.update_yaxes(
        title_text=write_title(found.figure), showgrid=True, tickformat=".2f", range=[0, 1.02]
    )
    return figure


def _state_title(found: Robustness) -> str:
    plain, *_, worst = (point[found.figure] for point in found.figures["pgd"])
    return (
        f"{write_figure(plain.value)} without an attack,"
        f" {write_figure(worst.value)} under PGD at {found.levels[-1]:g}/255"
    )
