"""Principal components of a few points, by hand."""

import numpy as np

from medapp.audit.projection import AT_ONCE, project


def test_the_longest_direction_comes_first_with_its_share() -> None:
    points = np.array([[0, 3, 5], [0, -3, 5], [1, 0, 5], [-1, 0, 5]], np.float32)
    positions, shares = project(points)
    assert np.allclose(positions, [[3, 0], [-3, 0], [0, 1], [0, -1]])
    assert np.allclose(shares, [0.9, 0.1])


def test_equal_images_lie_in_one_place() -> None:
    positions, shares = project(np.ones((3, 4), np.float32))
    assert np.allclose(positions, 0)
    assert shares.tolist() == [0, 0]


def test_many_images_are_projected_part_by_part_as_in_one_go() -> None:
    features = np.random.default_rng(0).normal(size=(AT_ONCE + 100, 6)).astype(np.float32)
    positions, shares = project(features, 3)
    centred = features - features.mean(axis=0, dtype=np.float64)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    assert np.allclose(np.abs(positions), np.abs(centred @ axes[:3].T), atol=1e-6)
    assert np.allclose(shares, (lengths**2 / np.sum(lengths**2))[:3])
