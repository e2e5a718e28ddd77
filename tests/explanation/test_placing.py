"""Heatmaps on images: geometry by hand, colours, and how well a map finds a box."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.explanation.placing import (
    colour,
    find_best_constant_point,
    find_peak,
    measure_localisation,
    overlay,
    place_on_image,
)
from medapp.imaging.geometry import Box, View


def box(x0: float, y0: float, x1: float, y1: float) -> Box:
    return Box("nodule", x0, y0, x1, y1)


def test_a_view_of_the_whole_image_at_its_own_size_changes_nothing() -> None:
    values = np.random.default_rng(0).random((8, 8))
    np.testing.assert_allclose(place_on_image(values, View(0, 0, 8, 8), 8, 8), values, rtol=1e-6)


def test_enlarging_by_two_puts_quarter_steps_between_centres() -> None:
    values = np.array([[0.0, 1.0], [0.0, 1.0]])
    placed = place_on_image(values, View(0, 0, 4, 4), 4, 4)
    np.testing.assert_allclose(
        placed, [[0, 0.25, 0.75, 1]] * 4
    )  # centres at 1 and 3; half a pixel of edge is flat


def test_outside_the_view_the_map_is_zero() -> None:
    placed = place_on_image(np.ones((4, 4)), View(2, 1, 6, 5), 6, 10)
    expected = np.zeros((6, 10))
    expected[1:5, 2:6] = 1
    np.testing.assert_allclose(placed, expected)


def test_a_padded_view_reaches_outside_the_image() -> None:
    values = np.array(
        [[0.0, 1.0, 1.0, 0.0]] * 4
    )  # a wide square over a tall image that fills its middle half
    placed = place_on_image(values, View(-2, 0, 6, 8), 8, 4)
    np.testing.assert_allclose(placed[0], [0.75, 1, 1, 0.75])


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(20, 60), st.integers(2, 9))
@settings(max_examples=50)
def test_a_plane_stays_the_same_plane(x0: float, y0: float, side: float, size: int) -> None:
    centres = (
        np.arange(size) + 0.5
    ) / size  # the map's value is its own place in the view, across or down
    view, (height, width) = View(x0, y0, x0 + side, y0 + side), (30, 25)
    x = (np.arange(width) + 0.5 - x0) / side
    inside = (x >= 0.5 / size) & (x <= 1 - 0.5 / size)
    row = int(np.clip(y0 + side / 2, 0, height - 1))
    if y0 <= row + 0.5 < y0 + side:
        across = place_on_image(np.tile(centres, (size, 1)), view, height, width)
        np.testing.assert_allclose(across[row, inside], x[inside], atol=1e-5)
    down = place_on_image(np.tile(centres[:, None], (1, size)), view, height, width)
    transposed = place_on_image(
        np.tile(centres, (size, 1)), View(y0, x0, y0 + side, x0 + side), width, height
    )
    np.testing.assert_allclose(down, transposed.T, atol=1e-6)


def test_cold_places_show_the_image_and_hot_ones_the_colour() -> None:
    image = np.full((1, 3), 100, dtype=np.uint8)
    drawn = overlay(image, np.array([[0.0, 0.5, 1.0]]), opacity=1.0)
    assert drawn[0, 0].tolist() == [100, 100, 100]
    assert drawn[0, 2].tolist() == [0xFC, 0xFF, 0xA4]
    half = (100 + colour(np.array(0.5)).astype(float)) / 2
    np.testing.assert_allclose(drawn[0, 1], half, atol=1)


def test_no_opacity_gives_the_image_back() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    np.testing.assert_array_equal(overlay(image, np.ones((5, 4)), opacity=0), image)


def test_a_map_of_another_size_or_a_16_bit_image_is_a_fault() -> None:
    with pytest.raises(ValueError, match="map of its size"):
        overlay(np.zeros((4, 4), np.uint8), np.zeros((4, 5)))
    with pytest.raises(ValueError, match="uint8"):
        overlay(np.zeros((4, 4), np.uint16), np.zeros((4, 4)))  # type: ignore[arg-type]


def test_colours_are_those_of_matplotlib_and_grow_lighter() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    ours = colour(np.arange(256) / 255).astype(int)
    theirs = np.rint(matplotlib.colormaps["inferno"](np.arange(256))[:, :3] * 255)
    assert np.abs(ours - theirs).max() <= 7
    assert (np.diff(ours @ [0.2126, 0.7152, 0.0722]) > -0.5).all()


def test_the_peak_is_a_pixels_centre_and_a_plateaus_middle() -> None:
    values = np.zeros((10, 12))
    values[3, 7] = 1
    assert find_peak(values) == (7.5, 3.5)
    values[:5, :5] = 1 - 1e-9
    values[3, 7] = 0
    assert find_peak(values) == (2.5, 2.5)
    assert find_peak(np.zeros((4, 4))) is None


def test_localisation_by_hand() -> None:
    values = np.zeros((4, 4))
    values[0, 0], values[2, 2] = 1.0, 3.0
    found = measure_localisation(values, [box(2, 2, 4, 4)])
    assert (found.is_peak_inside, found.mass_inside, found.cover) == (True, 0.75, 0.25)
    missed = measure_localisation(values, [box(0, 0, 1, 1)])
    assert (missed.is_peak_inside, missed.mass_inside) == (False, 0.25)
    half = measure_localisation(
        values, [box(2, 2, 2.5, 3)]
    )  # half of the hot pixel, which does not hold its centre
    assert half == type(half)(False, 0.375, 0.5 / 16)


def test_overlapping_boxes_count_once() -> None:
    twice = measure_localisation(np.ones((4, 4)), [box(0, 0, 2, 4), box(1, 0, 2, 4)])
    assert (twice.mass_inside, twice.cover) == (0.5, 0.5)


def test_no_box_holds_nothing_and_a_blank_map_is_undefined() -> None:
    none = measure_localisation(np.ones((4, 4)), [])
    assert (none.is_peak_inside, none.mass_inside, none.cover) == (False, 0.0, 0.0)
    blank = measure_localisation(np.zeros((4, 4)), [box(0, 0, 2, 4)])
    assert (blank.is_peak_inside, blank.mass_inside, blank.cover) == (None, None, 0.5)


def test_a_flat_map_has_as_much_mass_inside_as_the_boxes_cover() -> None:
    found = measure_localisation(np.full((20, 30), 0.3), [box(3.2, 4.5, 17.9, 12.25)])
    assert found.mass_inside == pytest.approx(found.cover)
    assert found.cover == pytest.approx(14.7 * 7.75 / 600)


def test_the_best_constant_point_lies_in_most_images_boxes() -> None:
    images = [[box(0, 0, 4, 4)], [box(2, 2, 6, 6)], [box(3, 3, 8, 8), box(3, 3, 4, 4)], []]
    assert find_best_constant_point(images, 10, 10) == (
        (3.5, 3.5),
        3,
    )  # two boxes of one image count once
    assert find_best_constant_point([[]], 4, 6)[1] == 0
