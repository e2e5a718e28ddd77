"""Contours: closed lines where the map crosses a level, over pixels that stay as they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medapp.explanation.contours import (
    LEVELS,
    draw_contours,
    place_contours,
    trace_contours,
)
from medapp.explanation.placing import place_on_image
from medapp.imaging.geometry import View


def draw_hill(size: int = 64, centre: tuple[float, float] = (0.5, 0.5)) -> NDArray[np.float64]:
    """1 at a point, given in shares of the side, falling evenly by 1 over a quarter of the side."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    return np.clip(1 - 4 * np.hypot(x - centre[0], y - centre[1]), 0, 1)


def measure_area(line: NDArray[np.float64]) -> float:
    """What a closed line encloses, by the shoelace formula; its sign is the way around."""
    x, y = line.T
    return float(0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def test_one_hot_pixel_has_a_diamond_around_its_centre() -> None:
    values = np.zeros((5, 7))
    values[2, 3] = 1
    (line,) = trace_contours(values, 0.75)
    wanted = {(3.5, 2.25), (3.75, 2.5), (3.5, 2.75), (3.25, 2.5)}
    assert {(x, y) for x, y in line.tolist()} == wanted
    assert line[0].tolist() == line[-1].tolist()


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_round_hill_has_a_circle_of_the_radius_where_it_reaches_the_level(share: float) -> None:
    (line,) = trace_contours(draw_hill(), share)
    radius = (1 - share) / 4 * 64
    assert np.hypot(*(line - 32).T) == pytest.approx(radius, abs=0.05)


def test_a_map_that_is_hot_all_over_is_outlined_along_its_own_edge() -> None:
    (line,) = trace_contours(np.ones((4, 6)), 0.5)
    assert line.min(axis=0).tolist() == [0.25, 0.25]
    assert line.max(axis=0).tolist() == [5.75, 3.75]


def test_two_hills_have_two_lines_and_a_ring_one_inside_the_other() -> None:
    two = np.maximum(draw_hill(centre=(0.25, 0.5)), draw_hill(centre=(0.75, 0.5)))
    assert len(trace_contours(two, 0.5)) == 2
    y, x = (np.mgrid[:64, :64] + 0.5) / 64
    ring = np.exp(-((np.hypot(x - 0.5, y - 0.5) - 0.3) ** 2) / 0.005)
    inner, outer = sorted(trace_contours(ring, 0.5), key=lambda line: abs(measure_area(line)))
    # What is hot lies on one side of both: they run round in opposite ways.
    assert measure_area(inner) * measure_area(outer) < 0


def test_a_blank_map_has_no_contour() -> None:
    assert trace_contours(np.zeros((8, 8)), 0.5) == []


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.95))
def test_lines_are_closed_and_lie_where_the_map_has_the_level(seed: int, share: float) -> None:
    values = np.random.default_rng(seed).random((6, 7))
    lines = trace_contours(values, share)
    assert all(np.array_equal(line[0], line[-1]) for line in lines)
    for x, y in np.concatenate([np.zeros((0, 2)), *lines]):
        # Each point lies on an edge between two centres, or on the rim.
        if 0.5 <= x <= 6.5 and 0.5 <= y <= 5.5:
            row, column = min(int(y - 0.5), 4), min(int(x - 0.5), 5)
            down, right = y - 0.5 - row, x - 0.5 - column
            near = values[row : row + 2, column : column + 2]
            found = near * np.outer([1 - down, down], [1 - right, right])
            assert found.sum() == pytest.approx(share)


def test_contours_lie_on_the_image_where_the_colours_do() -> None:
    values = draw_hill(32, (0.3, 0.6))
    view = View(-10, 5, 110, 85)  # padded on the left and the right, cropped above
    height, width = 90, 100
    (line,) = place_contours(trace_contours(values, 0.8), view, 32)
    placed = place_on_image(values, view, height, width)
    inside = placed >= 0.8
    rows, columns = np.nonzero(inside)
    assert line.min(axis=0) == pytest.approx((columns.min(), rows.min()), abs=1)
    assert line.max(axis=0) == pytest.approx((columns.max() + 1, rows.max() + 1), abs=1)
    assert abs(measure_area(line)) == pytest.approx(inside.sum(), rel=0.05)


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_only_pixels_near_a_line_change_and_lines_show_on_any_ground(grey: int) -> None:
    image = np.full((200, 200), grey, np.uint8)
    values = draw_hill(50)
    drawn = draw_contours(image, values, View(0, 0, 200, 200))
    y, x = np.mgrid[:200, :200] + 0.5
    radius = np.hypot(x - 100, y - 100)
    rings = [(1 - level.share) * 50 for level in LEVELS]
    is_far = np.all([abs(radius - ring) > 5 for ring in rings], axis=0)
    assert (drawn[is_far] == grey).all()
    for level, ring in zip(LEVELS, rings, strict=True):
        found = drawn[abs(radius - ring) < 3].astype(int)
        # Its own colour somewhere, and the dark band beside it.
        assert abs(found - level.colour).sum(axis=1).min() < 60
        assert found.sum(axis=1).min() < 60


def test_no_opacity_leaves_the_image_and_half_of_it_half_the_line() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8)
    values, view = draw_hill(16), View(0, 0, 30, 40)
    np.testing.assert_array_equal(draw_contours(image, values, view, 0), image)
    full = draw_contours(image, values, view).astype(int) - image
    half = draw_contours(image, values, view, 0.5).astype(int) - image
    assert 0.3 < abs(half).sum() / abs(full).sum() < 0.8
