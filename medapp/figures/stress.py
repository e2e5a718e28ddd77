"""A model's figure at each strength of each ordinary fault, as a table with coloured cells."""

from typing import Any

import plotly.graph_objects as go

from medapp.evaluation.headline import write_title
from medapp.evaluation.stress.limits import FALLS, HOLDS, Limit, find_floor, find_limits
from medapp.evaluation.stress.record import Level, Stress
from medapp.evaluation.stress.words import describe_level, list_columns
from medapp.evaluation.words import write_figure
from medapp.figures.numbers import tell_interval
from medapp.figures.style import PALETTES, finish, show_plain
from medapp.imaging.faults import FAULTS

ROW_HEIGHT = 46  # px
FOOT_HEIGHT = 56  # of the axis
MARKS = {HOLDS: " ✓", FALLS: " ▼"}


def draw_stress(found: Stress, floor: float | None = None, theme: str = "light") -> go.Figure:
    """A row a fault, a cell a strength, the mildest on the left; darker where the figure is high.

    A cell says the figure and the strength, and whether holding or falling is told.
    """
    colours = PALETTES[theme]
    limits = {limit.fault: limit for limit in find_limits(found, floor)}
    names = list(found.faults)
    widest = max(len(levels) for levels in found.faults.values())
    values = [
        level.figure.value for each in found.faults.values() for level in each if level.figure
    ]
    plain = found.plain.figure.value if found.plain.figure else 1.0
    heat = go.Heatmap(
        z=[
            [level.figure.value if level.figure else None for level in found.faults[n]]
            for n in names
        ],
        zmin=min([*values, plain] if found.chance is None else [*values, plain, found.chance]),
        zmax=max([*values, plain]),
        xgap=3,
        ygap=3,
        text=[_write_cells(found, name, limits.get(name)) for name in names],
        texttemplate="%{text}",
        textfont={"color": colours.text, "size": 12},
        meta=_list_levels(found),
        customdata=[
            [_write_hover(found, name, each) for each in found.faults[name]] for name in names
        ],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=[[0, colours.ramp[0]], [1, colours.ramp[1]]],
        showscale=False,
    )
    figure = go.Figure([heat])
    finish(figure, theme, _state_title(found, floor), ROW_HEIGHT * len(names) + FOOT_HEIGHT)
    least = write_figure(find_floor(found) if floor is None else floor)
    marks = f"✓ holds {least}   ▼ falls below   no mark: cannot be told" if limits else ""
    figure.update_xaxes(
        title_text=marks, showticklabels=False, showgrid=False, range=[-0.5, widest - 0.5]
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[show_plain(FAULTS[name].title) for name in names],
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        tickfont={"color": colours.text, "size": 13},
    )
    figure.update_layout(dragmode=False)
    return figure


def _write_cells(found: Stress, name: str, limit: Limit | None) -> list[str]:
    return [
        f"<b>{write_figure(level.figure.value if level.figure else None)}</b>"
        f"{MARKS.get(limit.verdicts[place], '') if limit else ''}"
        f"<br>{FAULTS[name].say(level.strength)}"
        for place, level in enumerate(found.faults[name])
    ]


def _list_levels(found: Stress) -> dict[str, list[Any]]:
    """Every cell as a row of the table behind the figure."""
    cells = [(name, level) for name, levels in found.faults.items() for level in levels]
    figures = [level.figure for _, level in cells]
    title = write_title(found.figure)
    return {
        "change": [FAULTS[name].title for name, _ in cells],
        "strength": [FAULTS[name].say(level.strength) for name, level in cells],
        title: [each.value if each else None for each in figures],
        **tell_interval(title, [each.interval if each else None for each in figures]),
    }


def _write_hover(found: Stress, name: str, level: Level) -> str:
    cells = zip(list_columns(found), describe_level(found, name, level), strict=True)
    return "<br>".join([FAULTS[name].title, *(f"{title}: {cell}" for title, cell in cells)])


def _state_title(found: Stress, floor: float | None) -> str:
    limits = find_limits(found, floor)
    title = write_title(found.figure)
    least = write_figure(find_floor(found) if floor is None else floor)
    if not limits:
        return f"{title[:1].upper()}{title[1:]} at each strength"
    fallen = sum(limit.falls is not None for limit in limits)
    return (
        f"{title[:1].upper()}{title[1:]} falls below {least} by {fallen} of {len(limits)} kinds of"
        " change"
    )
