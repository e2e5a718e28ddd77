"""Line charts that keep their zoom while a run adds points.

They are one element on uPlot (MIT, vendored in `elements/uplot`). The library and the drawing code
are sent once a page by `load_charts`; a tick then carries only the points. Streamlit sends an
element's whole script with each update, so the element itself is one line that hands over to what
was loaded.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.figures import PAPER
from medapp.figures.curves import Chart, Series
from medapp.figures.thinning import thin_out
from medapp.ui.elements import read_element, read_script


def _build_library() -> str:
    style = json.dumps(read_element("uplot/uPlot.min.css") + read_element("live_chart.css"))
    paper = json.dumps(
        {
            "--st-text-color": PAPER.text,
            "--st-background-color": PAPER.page,
            "--st-primary-color": PAPER.accent,
            "--st-chart-categorical-colors": ",".join(PAPER.classes),
        }
    )
    library = read_element("uplot/uPlot.iife.min.js").replace("var uPlot=", "globalThis.uPlot=", 1)
    style_and_paper = (
        f"globalThis.medappChartStyle = {style};\nglobalThis.medappChartPaper = {paper};"
    )
    return f"{library}\n{style_and_paper}\n{read_script('live_chart.js')}"


_HAND_OVER = """
export default (component) => globalThis.medappChart
  ? globalThis.medappChart(component)
  : void (globalThis.medappChartsWaiting ??= new Map()).set(component.parentElement, component);
"""
_library = st.components.v2.component("medapp_chart_library", js=_build_library())
_charts = st.components.v2.component("medapp_charts", js=_HAND_OVER)


def load_charts() -> None:
    """Send the chart library. Call this once on a page, outside the fragment that draws."""
    _library(key="chart-library", height=1)


def draw_charts(charts: Sequence[Chart], key: str) -> None:
    """Draw charts beside each other.

    Where the function is called again with the same key, the lines move and a zoom stays. Call
    `load_charts` before.
    """
    _charts(key=key, data={"charts": [build_plain(chart) for chart in charts]})


def build_plain(chart: Chart) -> dict[str, Any]:
    """What is sent of a chart: rounded, thinned out, and without what JSON does not know."""
    return {
        "key": chart.key,
        "title": chart.title,
        "x": chart.x_label,
        "y": chart.y_label,
        "series": [_build_plain_series(series) for series in chart.series],
        "mark": {"x": chart.mark[0], "text": chart.mark[1]} if chart.mark else None,
        "empty": chart.empty,
        "at": chart.at,
    }


def _build_plain_series(series: Series) -> dict[str, Any]:
    points = [(series.x[i], series.y[i]) for i in thin_out(len(series.x))]
    return {
        "name": series.name,
        "colour": series.colour,
        "thin": series.is_thin,
        "x": [round(float(x), 3) for x, _ in points],
        "y": [_round(y) for _, y in points],
    }


def _round(value: float | None) -> float | None:
    """Four digits; None for what is no number, which leaves a gap in the line."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.4g}")
