"""Points with whiskers: the values, their ends, and what leads in its own colour."""

import pytest

from medapp.figures import PALETTES, draw_differences
from medapp.figures.intervals import IntervalRow, draw_intervals

ROWS = (
    IntervalRow("first", 0.9, (0.85, 0.93), True, "0.900"),
    IntervalRow("as good", 0.88, (0.8, 0.92), True, "0.880"),
    IntervalRow("<b>last</b>", 0.6, (0.5, 0.7), False, "0.600"),
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_point_has_its_interval_and_leaders_their_colour(theme: str) -> None:
    figure = draw_intervals(ROWS, "Two cannot be told apart", "AUROC", theme)
    leading, rest = figure.data
    assert list(leading.x) == [0.9, 0.88]
    assert list(leading.y) == [0, 1]
    assert list(leading.error_x.array) == pytest.approx([0.03, 0.04])
    assert list(leading.error_x.arrayminus) == pytest.approx([0.05, 0.08])
    assert leading.marker.line.color == leading.error_x.color == PALETTES[theme].accent
    assert rest.error_x.color == PALETTES[theme].muted
    # The first row stands on top.
    assert figure.layout.yaxis.range == (2.5, -0.5)
    assert figure.layout.title.text == "Two cannot be told apart"


def test_names_are_shown_letter_by_letter() -> None:
    figure = draw_intervals(ROWS, "", "AUROC")
    assert figure.layout.yaxis.ticktext[2] == "&lt;b&gt;last&lt;/b&gt;"
    assert "<b>" not in figure.data[1].text[0]


def test_what_is_told_apart_has_the_accent_and_zero_is_in_sight() -> None:
    rows = [
        IntervalRow("probe", 0.03, (0.01, 0.05), True, "+3.0 points"),
        IntervalRow("<b>", 0.01, (0.002, 0.018), False, "+1.0 points"),
    ]
    figure = draw_differences(rows, "One of two", "difference in accuracy", "dark")
    told, rest = figure.data
    assert [list(part.x) for part in (told, rest)] == [[0.03], [0.01]]
    ends = [
        (part.x[0] - part.error_x.arrayminus[0], part.x[0] + part.error_x.array[0])
        for part in (told, rest)
    ]
    assert ends[0] == pytest.approx((0.01, 0.05))
    assert ends[1] == pytest.approx((0.002, 0.018))
    colours = PALETTES["dark"]
    assert [part.error_x.color for part in (told, rest)] == [colours.accent, colours.muted]
    (zero,) = figure.layout.shapes
    assert (zero.x0, zero.x1) == (0, 0)
    low, high = figure.layout.xaxis.range
    assert low < 0
    assert high > 0.05
    assert figure.layout.yaxis.ticktext == ("probe", "&lt;b&gt;")
