"""A trial of heatmaps: what is left of a probability as pixels go, and where maps lie."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medapp.explanation.placing import INFERNO
from medapp.explanation.trials.record import CONTROLS, OWN, Average, Trial
from medapp.figures.style import PALETTES, finish, shorten

HEIGHT = 280  # px
MAP_PX = 150  # a mean map's side


def draw_removal(found: Trial, theme: str = "light") -> go.Figure:
    """The mean probability while each map's most telling places go first."""
    colours = PALETTES[theme]
    palette = dict(zip(found.removal, (colours.accent, *colours.classes[1:]), strict=False))
    figure = go.Figure()
    for name, removal in found.removal.items():
        figure.add_scatter(
            x=list(found.shares),
            y=list(removal.deletions),
            name=CONTROLS[name],
            mode="lines+markers",
            line={"width": 3 if name == OWN else 1.5, "color": palette[name]},
            marker={"size": 8 if name == OWN else 6, "color": palette[name]},
            hovertemplate=f"{CONTROLS[name]}, %{{x:.0%}} removed: %{{y:.3f}}<extra></extra>",
            cliponaxis=False,
        )
    key = [(CONTROLS[name], palette[name]) for name in found.removal]
    finish(figure, theme, _state_removal(found), HEIGHT, key=key)
    figure.update_xaxes(
        title_text="share of the pixels removed, the most telling first",
        tickformat=".0%",
        tickvals=list(found.shares),
    )
    figure.update_yaxes(
        title_text="mean probability of the prediction",
        showgrid=True,
        tickformat=".1f",
        range=[0, 1.02],
    )
    return figure


def draw_averages(averages: Sequence[Average], theme: str = "light") -> go.Figure:
    """The mean map of each class, side by side; all on one scale, and of one site or of all."""
    titles = [f"{shorten(each.label)}, {each.n} maps" for each in averages]
    figure = make_subplots(1, max(len(averages), 1), horizontal_spacing=0.03)
    steps = [tuple(bytes.fromhex(step)) for step in INFERNO.split()]
    scale = [[i / (len(steps) - 1), f"rgb{step}"] for i, step in enumerate(steps)]
    for place, (each, title) in enumerate(zip(averages, titles, strict=True), start=1):
        figure.add_heatmap(
            z=each.grid,
            zmin=0,
            zmax=1,
            colorscale=scale,
            showscale=False,
            meta=_list_cells(each),
            hovertemplate="%{z:.2f}<extra></extra>",
            row=1,
            col=place,
        )
        figure.update_xaxes(title_text=title, row=1, col=place)
    sites = {each.site for each in averages if each.site is not None}
    where = f", {' and '.join(sorted(sites))} alone" if sites else ""
    finish(figure, theme, f"Where the maps lie on the mean{where}", MAP_PX + 30)
    colours = PALETTES[theme]
    figure.update_xaxes(
        showticklabels=False,
        showgrid=False,
        ticks="",
        constrain="domain",
        title_font={"color": colours.text, "size": 13},
        title_standoff=8,
    )
    figure.update_yaxes(showticklabels=False, showgrid=False, ticks="", autorange="reversed")
    for place in range(1, len(averages) + 1):
        anchor = "x" if place == 1 else f"x{place}"
        figure.update_yaxes(scaleanchor=anchor, row=1, col=place)
    return figure


def _list_cells(average: Average) -> dict[str, Any]:
    """A mean map as rows of the table behind the figure, counted from its upper left."""
    cells = [(i, j, v) for i, row in enumerate(average.grid) for j, v in enumerate(row)]
    return {
        "class": average.label,
        **({"site": average.site} if average.site is not None else {}),
        "maps": average.n,
        "row": [i + 1 for i, _, _ in cells],
        "column": [j + 1 for _, j, _ in cells],
        "mean": [v for _, _, v in cells],
    }


def _state_removal(found: Trial) -> str:
    rest = {name: removal.deletion.value for name, removal in found.removal.items()}
    own = rest.pop(OWN, None)
    known = {name: value for name, value in rest.items() if value is not None}
    if own is None or not known:
        return "What is left where pixels go"
    nearest = min(known, key=lambda name: known[name])
    return (
        f"{own:.3f} is left on the mean in the map's order, {known[nearest]:.3f} by"
        f" {CONTROLS[nearest]}"
    )
