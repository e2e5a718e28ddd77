"""Line charts that keep their zoom while a run adds points: one element on uPlot (MIT, vendored in
`elements/uplot`).

The library and the drawing code are sent once a page by `load_charts`; a tick then carries only the
points. Streamlit sends an element's whole script with each update, so the element itself is one
line that hands over to what was loaded.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.ui.elements import read_element, read_script

MOST_POINTS = 500  # of a series that are sent: more cannot be told apart on a screen
ACCENT = -1


def _build_library() -> str:
    style = json.dumps(read_element("uplot/uPlot.min.css") + read_element("live_chart.css"))
    library = read_element("uplot/uPlot.iife.min.js").replace("var uPlot=", "globalThis.uPlot=", 1)
    return (
        f"{library}\nglobalThis.medappChartStyle = {style};\n{read_script('live_chart.js')}\nexport"
        " default () => {};\n"
    )


_HAND_OVER = """
export default (component) => globalThis.medappChart
  ? globalThis.medappChart(component)
  : void (globalThis.medappChartsWaiting ??= new Map()).set(component.parentElement, component);
"""
_library = st.components.v2.component("medapp_chart_library", js=_build_library())
_charts = st.components.v2.component("medapp_charts", js=_HAND_OVER)


@dataclass(frozen=True)
class Series:
    """One line.

    `x` and `y` are of equal length; `colour` is a place in the palette or `ACCENT`; a thin line has
    no points.
    """

    name: str
    x: Sequence[float] | NDArray[np.float64]
    y: Sequence[float | None] | NDArray[np.float64]
    colour: int = ACCENT
    is_thin: bool = False


@dataclass(frozen=True)
class Chart:
    """One chart: a title that states the finding, labelled axes, lines, and a dashed line at `mark`
    (x, text).
    """

    key: str
    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    mark: tuple[float, str] | None = None
    empty: str = "The first points come soon."


def load_charts() -> None:
    """Send the chart library. Call it once on a page, outside the fragment that draws."""
    _library(key="chart-library", height=1)


def draw_charts(charts: Sequence[Chart], key: str) -> None:
    """Draw charts side by side. Called again with the same key, the lines move and a zoom stays."""
    _charts(key=key, data={"charts": [build_plain(chart) for chart in charts]})


def thin_out(values: Sequence[Any] | NDArray[Any], most: int = MOST_POINTS) -> list[Any]:
    """At most `most` of the values, evenly spread, the last one always among them."""
    step = max(1, -(-len(values) // most))
    return list(values[(len(values) - 1) % step :: step])


def build_plain(chart: Chart) -> dict[str, Any]:
    """What is sent of a chart: rounded, thinned out, and without what JSON does not know."""
    series = [
        {
            "name": line.name,
            "colour": line.colour,
            "thin": line.is_thin,
            "x": [round(float(x), 3) for x in thin_out(line.x)],
            "y": [
                None if y is None or not math.isfinite(y) else float(f"{y:.4g}")
                for y in thin_out(line.y)
            ],
        }
        for line in chart.series
    ]
    mark = {"x": chart.mark[0], "text": chart.mark[1]} if chart.mark else None
    return {
        "key": chart.key,
        "title": chart.title,
        "x": chart.x_label,
        "y": chart.y_label,
        "series": series,
        "mark": mark,
        "empty": chart.empty,
    }
