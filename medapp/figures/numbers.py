"""The numbers behind a figure as a table: a row a point, columns named as the axes are.

What a figure draws is not always what it knows: points stand aside of one another, a class is a
place on its axis, a line is drawn through fewer points than it has. A trace therefore says in its
`meta` what its points are, by the titles of columns: a value each, or one for all. A column that is
titled as an axis stands in the place of what is drawn along that axis.
"""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

SERIES = "series"  # the column of a trace's name
AID = "aid"  # the `meta` of a trace without numbers of its own: takes clicks, or writes words
LOW = "{}, 95% low"
HIGH = "{}, 95% high"
_SAYS_INTERVAL = re.compile(r",? (with )?95% intervals?$")

Columns = dict[str, list[object]]


def list_numbers(figure: go.Figure) -> list[list[object]]:
    """What a figure shows as rows, the titles of the columns first; nothing is rounded.

    A number that is not known, and a column that a trace does not have, is an empty cell.
    """
    parts = [_read_columns(figure, trace) for trace in figure.data if trace.meta != AID]
    titles = list(dict.fromkeys(title for part in parts for title in part))
    rows: list[list[object]] = [list(titles)]
    for part in parts:
        count = max(map(len, part.values()), default=0)
        rows += [
            [_show(part[title][row]) if title in part else "" for title in titles]
            for row in range(count)
        ]
    return rows


def tell_interval(
    title: str, intervals: Iterable[tuple[float, float] | None]
) -> dict[str, list[float | None]]:
    """The columns of the 95% intervals of an axis's values, by the axis's title."""
    ends = [interval or (None, None) for interval in intervals]
    title = _SAYS_INTERVAL.sub("", title)
    return {LOW.format(title): [low for low, _ in ends], HIGH.format(title): [h for _, h in ends]}


def _read_columns(figure: go.Figure, trace: Any) -> Columns:
    """A trace's columns, of equal length: names, what is drawn, then what else is told."""
    drawn = _read_axes(figure, trace)
    told = {SERIES: html.unescape(trace.name)} if trace.name else {}
    if isinstance(trace.meta, Mapping):
        told = dict(trace.meta)
    sizes = [len(c) for c in (*drawn.values(), *told.values()) if not _is_one(c)]
    count = max(sizes, default=0)
    columns: Columns = {t: [c] * count if _is_one(c) else list(c) for t, c in told.items()}
    names = {t: c for t, c in columns.items() if t not in drawn and _is_text(c)}
    return {**names, **drawn, **columns}


def _read_axes(figure: go.Figure, trace: Any) -> Columns:
    """What is drawn along each axis that has a title, with the ends of its whiskers."""
    columns: Columns = {}
    if trace.type == "heatmap":
        return columns
    for letter in "xy":
        axis = getattr(trace, f"{letter}axis", None) or letter
        written = figure.layout[f"{letter}axis{axis[1:]}"].title.text
        values = getattr(trace, letter)
        if not written or values is None:
            continue
        title = _SAYS_INTERVAL.sub("", html.unescape(written))
        columns[title] = list(values)
        whisker = getattr(trace, f"error_{letter}", None)
        if whisker is not None and whisker.array is not None:
            ends = np.asarray(values, float)
            columns[LOW.format(title)] = list(ends - np.asarray(whisker.arrayminus, float))
            columns[HIGH.format(title)] = list(ends + np.asarray(whisker.array, float))
    return columns


def _is_one(values: object) -> bool:
    return isinstance(values, str) or not hasattr(values, "__len__")


def _is_text(values: list[object]) -> bool:
    return bool(values) and isinstance(values[0], str)


def _show(value: object) -> object:
    """A cell; empty where a value is not known."""
    return "" if value is None or value != value else value
