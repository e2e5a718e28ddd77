"""CORAL, beside a reference, and where the right answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import fractional_matrix_power
from sklearn.covariance import ledoit_wolf
from sklearn.linear_model import LogisticRegression

from medapp.training.adaptation.coral import align, shrink_covariance

Floats = NDArray[np.float64]


def test_the_covariance_is_ledoit_and_wolfs() -> None:
    features = np.random.default_rng(0).normal(size=(40, 25)) @ np.diag(np.linspace(1, 4, 25))
    expected, _ = ledoit_wolf(features)
    assert shrink_covariance(features) == pytest.approx(expected, abs=1e-9)


def test_a_covariance_by_hand() -> None:
    # Along the first axis ±1 and ±3, along the second nothing. S = diag(5, 0), its mean variance
    # 2.5 and |S - 2.5 I|² / 2 = 6.25; the mean of |x|⁴ is 41, so chance is (41 - 25) / 2 / 4 = 2.
    features = np.array([[-1, 0], [1, 0], [-3, 0], [3, 0]], np.float32)
    share = 2 / 6.25
    expected = (1 - share) * np.diag([5, 0]) + share * 2.5 * np.eye(2)
    assert shrink_covariance(features) == pytest.approx(expected)


def test_it_is_the_published_formula() -> None:
    random = np.random.default_rng(1)
    source = random.normal(size=(80, 12)) @ random.normal(size=(12, 12)) + 3
    target = random.normal(size=(60, 12)) @ random.normal(size=(12, 12)) - 1
    whiten = fractional_matrix_power(ledoit_wolf(source)[0], -0.5)
    colour = fractional_matrix_power(ledoit_wolf(target)[0], 0.5)
    expected = (source - source.mean(0)) @ whiten @ colour + target.mean(0)
    aligned, other = align(source.astype(np.float32), target.astype(np.float32))
    assert aligned == pytest.approx(expected, abs=1e-3)
    assert other == pytest.approx(target, abs=1e-6)


def test_of_many_images_the_aligned_source_has_the_targets_moments() -> None:
    random = np.random.default_rng(2)
    source = random.normal(size=(20000, 3)) @ [[2, 1, 0], [0, 1, 0], [0, -1, 3]]
    target = random.normal(size=(20000, 3)) @ [[1, 0, 2], [1, 2, 0], [0, 0, 1]] + [5, 0, -2]
    aligned, _ = align(source.astype(np.float32), target.astype(np.float32))
    assert aligned.mean(0) == pytest.approx(target.mean(0), abs=1e-3)
    assert np.cov(aligned.T) == pytest.approx(np.cov(target.T), rel=0.02, abs=0.02)


def test_a_known_shift_is_undone() -> None:
    """Two classes as Gaussians; the other hospital stretches and shifts every axis.

    The covariances have the same axes, so that whitening and colouring is the whole way there.
    """
    source, labels = draw_classes(np.random.default_rng(3), 20000)
    there, truth = draw_classes(np.random.default_rng(4), 20000)
    target = there * [6, 0.2, 1, 1] + [20, -4, 0, 1]
    alone = LogisticRegression().fit(source, labels).score(target, truth)
    aligned, _ = align(source.astype(np.float32), target.astype(np.float32))
    adapted = LogisticRegression(max_iter=1000).fit(aligned, labels).score(target, truth)
    best = LogisticRegression().fit(there, truth).score(there, truth)
    assert alone < 0.6  # everything is taken for one class
    assert adapted == pytest.approx(best, abs=0.005)


def draw_classes(random: np.random.Generator, count: int) -> tuple[Floats, NDArray[np.int64]]:
    labels = random.integers(0, 2, count)
    features = random.normal(size=(count, 4))
    features[:, 0] += 3.0 * (labels - 0.5)
    return features, labels


def test_features_that_do_not_vary_move_to_the_targets_mean() -> None:
    aligned, _ = align(np.ones((4, 2), np.float32), np.full((3, 2), 5, np.float32))
    assert aligned.tolist() == [[5, 5]] * 4
