"""The accuracy of what is answered."""

import numpy as np

from medapp.evaluation.selective import trace_coverage
from medapp.figures.selective import draw_coverage


def test_the_surest_half_stands_beside_all() -> None:
    points = trace_coverage(np.linspace(1, 0.5, 100), np.arange(100) < 80, np.arange(100))
    figure = draw_coverage(points)
    band, line = figure.data
    assert len(band.y) == 2 * len(line.y)
    assert line.y[-1] == 0.8
    title = figure.layout.title.text.replace("\u00a0", " ").replace("<br>", " ")
    assert title.startswith("Of the surest 50%, 1.000 [")
    assert "of all, 0.800 [" in title
    assert "No image" in draw_coverage(()).layout.title.text
