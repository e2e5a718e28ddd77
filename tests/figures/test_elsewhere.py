"""A threshold in another place and at home, on the curve of that place."""

from dataclasses import replace

import pytest
from figures.test_operating import detect

from medapp.evaluation.operating import judge_threshold
from medapp.evaluation.predictive import Rate
from medapp.figures import list_numbers
from medapp.figures.elsewhere import draw_elsewhere

AT_HOME = Rate(0.9, (0.8, 0.95)), Rate(0.7, (0.6, 0.78))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_threshold_has_a_point_there_and_one_at_home(theme: str) -> None:
    found = replace(detect(), where="<b>there")
    point = judge_threshold(found, 0.4)
    assert point.sensitivity is not None
    assert point.specificity is not None
    figure = draw_elsewhere(found, point, AT_HOME, theme)
    curve, home, there = figure.data
    assert (curve.x[-1], curve.y[-1]) == (1, 1)
    assert (home.x[0], home.y[0]) == (pytest.approx(0.3), 0.9)
    assert home.error_y.arrayminus[0] == pytest.approx(0.1)
    assert (there.x[0], there.y[0]) == (1 - point.specificity.value, point.sensitivity.value)
    assert home.marker.symbol != there.marker.symbol  # told apart without colour
    title = figure.layout.title.text.replace("\u00a0", " ").replace("<br>", " ")
    assert title.startswith(f"Sensitivity {point.sensitivity.value:.3f} [")
    assert f"specificity {point.specificity.value:.3f} [" in title
    assert ("here; 0.900 [0.800, 0.950] and 0.700 [0.600, 0.780] at home") in title
    assert "<b>there" not in title
    titles, *rows = list_numbers(figure)
    assert [row[0] for row in rows[-2:]] == ["at home", "on <b>there"]
    assert [row[titles.index("threshold")] for row in rows[-2:]] == [0.4, 0.4]


def test_what_is_not_known_of_home_is_not_drawn() -> None:
    found = detect()
    figure = draw_elsewhere(found, judge_threshold(found, 0.4), (None, None))
    assert len(figure.data) == 2
    assert "home" not in figure.layout.title.text
