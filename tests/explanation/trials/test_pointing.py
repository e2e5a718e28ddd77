"""Maps and points beside boxes."""

import numpy as np
import pytest

from medapp.explanation.placing import measure_overlap
from medapp.explanation.trials.pointing import (
    find_peaks,
    measure_cover,
    place_best_point,
    place_maps,
    place_point,
)
from medapp.imaging.geometry import Box

UNITS = np.arange(3)
BOXES = [[Box("a", 0, 0, 4, 4)], [Box("a", 2, 2, 6, 6)], [Box("a", 2, 2, 6, 6)]]


def draw_maps() -> np.ndarray:
    """Right, wrong and blank."""
    maps = np.zeros((3, 8, 8))
    maps[0, 1, 1] = 1
    maps[1, 7, 7] = 1
    return maps


def test_the_pointing_game_counts_a_blank_map_as_a_miss() -> None:
    assert find_peaks(draw_maps(), BOXES).tolist() == [True, False, False]
    found = place_maps(draw_maps(), BOXES, UNITS)
    assert found.peak.value == pytest.approx(1 / 3)
    assert found.mass is not None
    assert found.mass.value == pytest.approx(1 / 3)
    assert found.gain is None


def test_points_are_beside_the_maps_peaks() -> None:
    own = find_peaks(draw_maps(), BOXES)
    # (3, 3) lies in all three boxes.
    best = place_best_point(BOXES, 8, UNITS, own)
    assert best.peak.value == 1
    assert best.gain is not None
    assert best.gain.value == pytest.approx(-2 / 3)
    assert place_point((0.5, 0.5), BOXES, UNITS, own).peak.value == pytest.approx(1 / 3)
    assert measure_cover(BOXES, 8, UNITS).value == pytest.approx(16 / 64)


def test_overlap_takes_as_many_of_the_hottest_places_as_the_box_covers() -> None:
    values = np.zeros((8, 8))
    values[0:4, 2:6] = 1
    assert measure_overlap(values, [Box("a", 2, 0, 6, 4)]) == pytest.approx(1)
    # Half of the box and half of the map: 8 of 24 pixels.
    assert measure_overlap(values, [Box("a", 0, 0, 4, 4)]) == pytest.approx(8 / 24)
    assert measure_overlap(np.zeros((8, 8)), BOXES[0]) is None
    # A flat map chooses each place by its share: a quarter of 16 of 64 pixels.
    assert measure_overlap(np.ones((8, 8)), BOXES[0]) == pytest.approx(4 / (32 - 4))
