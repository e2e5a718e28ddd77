"""The calibration figure."""

import numpy as np
import pytest

from medapp.evaluation.reliability import measure_reliability
from medapp.figures.reliability import draw_reliability


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_bin_stands_where_it_was_seen_with_its_count(theme: str) -> None:
    scores = np.repeat([0.1, 0.8], 10)
    came_true = np.array([1, 1, *[0] * 8, *[1] * 5, *[0] * 5], dtype=bool)
    found = measure_reliability(scores, came_true, np.arange(20), "<i>nodule")
    assert found is not None
    figure = draw_reliability(found, theme)
    points, counts = figure.data
    assert list(points.x) == pytest.approx([0.1, 0.8])
    assert list(points.y) == [0.2, 0.5]
    assert list(counts.text) == ["10", "10"]
    title = figure.layout.title.text.replace("\u00a0", " ").replace("<br>", " ")
    assert "error 0.200" in title
    assert f"{found.noise:.3f} on average, {found.noise_limit:.3f} in 95 of 100" in title
    assert "&lt;i&gt;nodule" in figure.layout.xaxis.title.text


def test_a_title_says_that_probabilities_do_not_come_true_only_beyond_the_noise() -> None:
    sure = np.full(200, 0.95)
    for seen, words in ((190, "no more than chance"), (100, "do not come true")):
        found = measure_reliability(sure, np.arange(200) < seen, np.arange(200))
        assert found is not None
        assert words in draw_reliability(found).layout.title.text.replace("<br>", " ")


def test_no_count_stands_over_another() -> None:
    scores = np.repeat([0.1, 0.11, 0.12, 0.5], 10)
    found = measure_reliability(scores, np.arange(40) % 2 == 0, np.arange(40))
    assert found is not None
    points, counts = draw_reliability(found).data
    assert len(points.x) == 4
    assert list(counts.x) == pytest.approx([0.1, 0.5])
