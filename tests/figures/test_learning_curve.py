"""A learning curve as a figure: points where they were measured, dashes where nothing was."""

import numpy as np
import pytest

from medapp.evaluation.power_law import PowerLaw
from medapp.figures.learning_curve import CurveLine, draw_learning_curves
from medapp.figures.style import PALETTES

# 1 - 0.1 - n ** -0.5, without doubt.
LAW = PowerLaw(np.full(3, 0.1), np.ones(3), np.full(3, 0.5), largest=100)
POINTS = [(25, 0.7, (0.6, 0.8)), (100, 0.8, (0.75, 0.86))]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_points_have_whiskers_and_the_curve_goes_on_in_dashes(theme: str) -> None:
    lines = [CurveLine("<b>", POINTS, LAW), CurveLine("flat", POINTS, None)]
    figure = draw_learning_curves(lines, "The finding", "patients", "accuracy", theme)
    band, solid, dashed, points, flat = figure.data
    assert band.fill == "toself"
    assert (solid.x[0], solid.x[-1], dashed.x[0], dashed.x[-1]) == pytest.approx(
        (25, 100, 100, 200)
    )
    assert (solid.line.dash, dashed.line.dash) == ("solid", "dash")
    assert solid.y[0] == pytest.approx(0.7)
    assert solid.y[-1] == dashed.y[0] == pytest.approx(0.8)
    assert dashed.y[-1] == pytest.approx(0.9 - 200**-0.5)
    # Points of one size stand side by side, so that none hides another, and say their true size.
    assert list(points.x) == pytest.approx([24.7, 99.7])
    assert list(flat.x) == pytest.approx([25.3, 100.3])
    assert list(points.customdata) == list(flat.customdata) == [25, 100]
    assert "customdata" in points.hovertemplate
    assert list(points.error_y.array) == pytest.approx([0.1, 0.06])
    assert list(points.error_y.arrayminus) == pytest.approx([0.1, 0.05])
    assert points.marker.color == PALETTES[theme].accent
    assert flat.marker.color == PALETTES[theme].muted
    assert "<b>" not in points.hovertemplate
    assert "The finding" in figure.layout.title.text


def test_a_way_without_points_draws_nothing_and_fails_nowhere() -> None:
    figure = draw_learning_curves([CurveLine("none", [], None)], "", "images", "accuracy")
    assert len(figure.data[0].x) == 0
