"""Principal components of a few points, by hand."""

import numpy as np

from medapp.audit.projection import project


def test_the_longest_direction_comes_first_with_its_share() -> None:
    points = np.array([[0, 3, 5], [0, -3, 5], [1, 0, 5], [-1, 0, 5]], np.float32)
    positions, shares = project(points)
    assert np.allclose(positions, [[3, 0], [-3, 0], [0, 1], [0, -1]])
    assert np.allclose(shares, [0.9, 0.1])


def test_equal_images_lie_in_one_place() -> None:
    positions, shares = project(np.ones((3, 4), np.float32))
    assert np.allclose(positions, 0)
    assert shares == (0, 0)
