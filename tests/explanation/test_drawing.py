"""A map is drawn in colours or as contours, as strong as it is."""

import numpy as np

from medapp.explanation.contours import draw_contours
from medapp.explanation.drawing import OPACITY, draw_map
from medapp.explanation.placing import overlay, place_on_image
from medapp.imaging.geometry import View

IMAGE = np.arange(1200, dtype=np.uint8).reshape(30, 40)
VALUES = np.random.default_rng(0).random((8, 8))
VIEW = View(2, 0, 38, 30)


def test_colours_are_the_overlay_dimmed_by_the_strength() -> None:
    placed = place_on_image(VALUES, VIEW, 30, 40)
    for strength, dimmed in ((0.5, 0.5), (None, 1)):
        expected = overlay(IMAGE, placed, OPACITY * dimmed)
        np.testing.assert_array_equal(draw_map(IMAGE, VALUES, VIEW, strength), expected)


def test_contours_are_dimmed_by_the_strength_alone() -> None:
    expected = draw_contours(IMAGE, VALUES, VIEW, 0.5)
    for opacity in (0.1, 1):
        drawn = draw_map(IMAGE, VALUES, VIEW, 0.5, as_contours=True, opacity=opacity)
        np.testing.assert_array_equal(drawn, expected)
