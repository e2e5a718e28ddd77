"""Each hospital's features by their own mean and spread."""

import numpy as np
import pytest

from medapp.training.adaptation.standardise import standardise


def test_each_side_by_its_own_mean_and_spread() -> None:
    source = np.array([[0, 10], [2, 30]], np.float32)
    target = np.array([[5, 1], [5, 1], [11, 4]], np.float32)
    scaled, other = standardise(source, target)
    assert scaled.tolist() == [[-1, -1], [1, 1]]
    # Of 5, 5, 11: mean 7, variance 8. Of 1, 1, 4: mean 2, variance 2.
    root = 2**0.5
    assert other == pytest.approx(np.array([[-1 / root] * 2] * 2 + [[root] * 2]), abs=1e-6)


def test_another_exposure_makes_no_difference() -> None:
    random = np.random.default_rng(0)
    source = random.normal(size=(50, 6)).astype(np.float32)
    shifted = (source * np.linspace(0.5, 3, 6) + 7).astype(np.float32)
    scaled, other = standardise(source, shifted)
    assert other == pytest.approx(scaled, abs=1e-4)


def test_a_feature_that_never_varies_stays_finite() -> None:
    same = np.ones((4, 2), np.float32)
    scaled, other = standardise(same, np.full((3, 2), 2, np.float32))
    assert scaled.tolist() == [[0, 0]] * 4
    assert other.tolist() == [[0, 0]] * 3
