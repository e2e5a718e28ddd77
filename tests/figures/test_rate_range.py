"""The figure of a range test: what it says, and what it does not let press the curve flat."""

import pytest

from medapp.figures.rate_range import draw_rate_range
from medapp.training.rate_range import read_range

RATES = [1e-5 * 10 ** (n / 10) for n in range(60)]
LOSSES = [2.0] * 20 + [2.0 - 0.1 * n for n in range(15)] + [0.6 + 40.0 * n for n in range(25)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_suggestion_is_marked_and_the_explosion_is_cut_off(theme: str) -> None:
    found = read_range(RATES, LOSSES, exploded=True)
    assert found.suggestion is not None
    figure = draw_rate_range(found, theme)
    assert f"falls fastest at a learning rate of {found.suggestion:g}" in figure.layout.title.text
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == found.suggestion
    assert figure.layout.xaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert low < min(LOSSES)
    assert 2.0 < high < 3.0
    steps, smoothed = figure.data
    assert list(steps.y) == LOSSES
    assert list(smoothed.y) == list(found.smoothed)


def test_without_a_suggestion_nothing_is_marked() -> None:
    figure = draw_rate_range(read_range(RATES, [0.7] * 60, exploded=False))
    assert "No rate stands out" in figure.layout.title.text
    assert not figure.layout.shapes
