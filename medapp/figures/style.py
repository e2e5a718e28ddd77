"""What all figures share: colours for light and dark pages, type, axes, a title that wraps."""

import dataclasses
import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from medapp.figures.numbers import AID

FONT = '"Source Sans", "Source Sans Pro", "Source Sans 3", sans-serif'
CLEAR = "rgba(0,0,0,0)"
# Letters of a title that fit in a line, on a wide and on a narrow screen.
WIDE = 54
NARROW = 30
LINE_HEIGHT = 20  # px
LONGEST_NAME = 22
BAND = 0.16  # opacity
SCALES = ("ramp", "amounts")  # of a palette: what lies between their colours is drawn too

# Plotly's own bar of buttons would cover the end of a title.
CONFIG: dict[str, Any] = {"displayModeBar": False}


@dataclass(frozen=True)
class Palette:
    """The colours of a page.

    Attributes:
        ramp: from low to high; the text is legible on all of them.
        amounts: from low to high, of points: a part of "plasma" whose high end stands out of the
            page.
        splits: in the order of `SPLITS`.
        classes: in a fixed order that colour-blind readers can tell apart (after Okabe & Ito 2008).
    """

    text: str
    muted: str
    grid: str
    page: str
    accent: str
    ramp: tuple[str, str]
    amounts: tuple[str, ...]
    splits: tuple[str, str, str]
    classes: tuple[str, ...]


PALETTES = {
    "light": Palette(
        text="#13212B",
        muted="#51616B",
        grid="#DCE3E7",
        page="#FFFFFF",
        accent="#0B6E8A",
        ramp=("#EEF2F4", "#6DB1C6"),
        amounts=("#FCA636", "#E16462", "#B12A90", "#6A00A8", "#0D0887"),
        splits=("#0B6E8A", "#7FB3C4", "#C5D3D9"),
        classes=(
            "#0072B2",
            "#E69F00",
            "#009E73",
            "#CC79A7",
            "#56B4E9",
            "#D55E00",
            "#8C6BB1",
            "#7A7A7A",
        ),
    ),
    "dark": Palette(
        text="#E4ECF0",
        muted="#A5B4BD",
        grid="#2A363F",
        page="#0F161B",
        accent="#45B5D0",
        ramp=("#18232A", "#23708A"),
        amounts=("#9C179E", "#CC4778", "#ED7953", "#FDB42F", "#F0F921"),
        splits=("#45B5D0", "#2A8098", "#8798A2"),
        classes=(
            "#4DA6E0",
            "#F2B632",
            "#2FC79B",
            "#E79CC8",
            "#9AD4F5",
            "#F58549",
            "#B79DDB",
            "#A9B1B6",
        ),
    ),
}

PAPER = PALETTES["light"]  # of what is saved


def pair_colours(theme: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The colours of a page's figures, each beside its own on paper, then the scales, as wholes."""
    shown = PALETTES[theme]
    if shown is PAPER:
        return []
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for field in dataclasses.fields(Palette):
        ours, theirs = getattr(shown, field.name), getattr(PAPER, field.name)
        if isinstance(ours, str):
            pairs.append(((ours,), (theirs,)))
        elif field.name in SCALES:
            pairs.append((ours, theirs))
        else:
            pairs += [((one,), (other,)) for one, other in zip(ours, theirs, strict=True)]
    return pairs


def pick_colour(index: int, theme: str = "light") -> str:
    """The colour of a class by its index in its data set; the ninth has the first one's."""
    colours = PALETTES[theme].classes
    return colours[index % len(colours)]


def finish(
    figure: go.Figure,
    theme: str,
    title: str,
    height: int,
    is_narrow: bool = False,
    key: Sequence[tuple[str, str]] = (),
) -> go.Figure:
    """Give a figure its title, type and colours.

    Args:
        height: in px, without the title.
        is_narrow: the figure is made for a side column.
        key: names and colours of what is drawn, for a line below the title. Plotly's own legend
            takes the room of a narrow chart, or grows into the title.
    """
    colours = PALETTES[theme]
    letters = NARROW if is_narrow else WIDE
    title_lines = [show_plain(line) for line in textwrap.wrap(title, letters)] or [""]
    lines = [*title_lines, *_write_key(key, letters)]
    top = 22 + LINE_HEIGHT * len(lines)
    figure.update_layout(
        template="none",
        height=height + top,
        margin={"l": 8, "r": 14, "t": top, "b": 8},
        showlegend=False,
        title=_describe_title(lines, colours),
        font={"family": FONT, "color": colours.text, "size": 13},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        hoverlabel={
            "bgcolor": colours.page,
            "bordercolor": colours.grid,
            "font": {"color": colours.text},
            "align": "left",
        },
        modebar={"bgcolor": CLEAR, "color": colours.muted, "activecolor": colours.accent},
        xaxis=_describe_axis(colours),
        yaxis=_describe_axis(colours),
    )
    return figure


def _describe_title(lines: Sequence[str], colours: Palette) -> dict[str, Any]:
    # Plotly lifts a title of several lines by half a line.
    padding = 8 if len(lines) == 1 else 18
    return {
        "text": "<br>".join(lines),
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "pad": {"t": padding},
        "font": {"size": 15, "weight": 600, "color": colours.text},
    }


def _describe_axis(colours: Palette) -> dict[str, Any]:
    return {
        "automargin": True,
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 13}, "standoff": 12},
    }


def _write_key(key: Sequence[tuple[str, str]], letters: int) -> list[str]:
    """The key in lines of at most so many letters, in Plotly's markup."""
    rows: list[list[tuple[str, str]]] = []
    for item in key:
        if not rows or sum(len(name) + 3 for name, _ in (*rows[-1], item)) > letters:
            rows.append([])
        rows[-1].append(item)
    lines = [
        "  ".join(
            f'<span style="color:{colour}">■</span> {show_plain(name)}' for name, colour in row
        )
        for row in rows
    ]
    return [f'<span style="font-size:13px;font-weight:400">{line}</span>' for line in lines]


def draw_band(
    figure: go.Figure, at: Sequence[float], intervals: Sequence[tuple[float, float]], colour: str
) -> None:
    """Add a veil between the lower and the upper ends of intervals along an axis."""
    figure.add_scatter(
        x=[*at, *reversed(at)],
        y=[
            *(high for _, high in intervals),
            *(low for low, _ in reversed(intervals)),
        ],
        fill="toself",
        fillcolor=colour,
        opacity=BAND,
        line={"width": 0},
        meta=AID,
        hoverinfo="skip",
    )


def show_plain(text: str) -> str:
    """Text that Plotly shows letter by letter: a class may be called `<b>`."""
    return html.escape(text, quote=False)


def shorten(name: str) -> str:
    """A class's name for an axis or legend; of a long one the middle is left out."""
    return show_plain(name if len(name) <= LONGEST_NAME else f"{name[:12]}…{name[-9:]}")


def hold_together(text: str) -> str:
    """Text that a title does not break between lines."""
    return text.replace(" ", "\u00a0")
