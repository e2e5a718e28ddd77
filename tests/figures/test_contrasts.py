"""Differences beside the line of no difference."""

from medapp.evaluation.comparison import Difference
from medapp.figures import PALETTES, draw_differences
from medapp.figures.contrasts import Row


def test_what_is_told_apart_has_the_accent_and_zero_is_in_sight() -> None:
    rows = [
        Row("probe", Difference(0.9, 0.87, 0.03, (0.01, 0.05), 0.004), "+3.0 points", True),
        Row("<b>", Difference(0.9, 0.89, 0.01, (0.002, 0.018), 0.06), "+1.0 points", False),
    ]
    figure = draw_differences(rows, "One of two", "difference in accuracy", "dark")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    points = [trace for trace in figure.data if trace.mode == "markers"]
    assert [tuple(line.x) for line in lines] == [(0.01, 0.05), (0.002, 0.018)]
    colours = PALETTES["dark"]
    assert [point.marker.color for point in points] == [colours.accent, colours.muted]
    assert [point.x[0] for point in points] == [0.03, 0.01]
    low, high = figure.layout.xaxis.range
    assert low < 0
    assert high > 0.05
    assert figure.layout.yaxis.ticktext == ("probe", "&lt;b&gt;")
