"""A model's ROC curve with the points of readers."""

import numpy as np
import pytest

from medapp.evaluation.detection import Detection
from medapp.evaluation.roc_point import find_point
from medapp.figures.readers import draw_readers_roc

TRUE = np.arange(60) < 25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_reader_has_a_point_with_both_intervals(theme: str) -> None:
    random = np.random.default_rng(0)
    units = np.arange(60)
    detection = Detection("nodule", TRUE + random.normal(size=60), TRUE, units, "images")
    found = [
        find_point(name, TRUE ^ (random.random(60) < 0.2), TRUE, ~TRUE, units, 60)
        for name in ("Dr <A>", "Dr B")
    ]
    points = [point for point in found if point is not None]
    figure = draw_readers_roc(detection, points, "A title", theme)
    curve, *marks = figure.data
    assert (curve.x[0], curve.y[-1]) == (0.0, 1.0)
    assert len(marks) == 2
    for mark, point in zip(marks, points, strict=True):
        assert (mark.x[0], mark.y[0]) == (1 - point.specificity.value, point.sensitivity.value)
        low, high = point.sensitivity.interval
        assert mark.y[0] - mark.error_y.arrayminus[0] == pytest.approx(low)
        assert mark.y[0] + mark.error_y.array[0] == pytest.approx(high)
        least, most = point.specificity.interval
        assert mark.x[0] - mark.error_x.arrayminus[0] == pytest.approx(1 - most)
        assert mark.x[0] + mark.error_x.array[0] == pytest.approx(1 - least)
    for text in (marks[0].hovertemplate, figure.layout.title.text):
        assert "<A>" not in text
        assert "&amp;lt;" not in text
    assert "Dr B" in figure.layout.title.text
    assert marks[0].marker.color != marks[1].marker.color
    assert marks[0].marker.symbol != marks[1].marker.symbol
