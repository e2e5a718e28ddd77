"""LogME against the evidence that it stands for, and what raises it."""

import itertools

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from medapp.evaluation.transferability.logme import compute_logme


def test_it_is_the_largest_evidence_that_a_grid_finds() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(12, 3)) + 1
    labels = (features[:, 0] + random.normal(size=12) > 1).astype(int)
    rates = np.exp(np.linspace(-4, 6, 61))
    found = []
    for label in (0, 1):
        y = (labels == label).astype(float)
        evidences = [
            multivariate_normal.logpdf(y, cov=features @ features.T / a + np.eye(12) / b)
            for a, b in itertools.product(rates, rates)
        ]
        found.append(max(evidences) / 12)
    assert compute_logme(features, labels) == pytest.approx(np.mean(found), abs=0.002)
    assert compute_logme(features, labels) >= np.mean(found)


def test_features_that_tell_the_classes_score_higher() -> None:
    random = np.random.default_rng(1)
    labels = np.arange(90) % 3
    noise = random.normal(size=(90, 5))
    told = noise + 3 * np.eye(3, 5)[labels]
    assert compute_logme(told, labels) > compute_logme(noise, labels) + 0.2


def test_neither_a_rotation_nor_a_scale_changes_it() -> None:
    random = np.random.default_rng(2)
    features = random.normal(size=(40, 4))
    labels = np.arange(40) % 2
    turn, _ = np.linalg.qr(random.normal(size=(4, 4)))
    once = compute_logme(features, labels)
    assert compute_logme(7 * features @ turn, labels) == pytest.approx(once, abs=1e-4)


@pytest.mark.parametrize("shape", [(6, 20), (20, 6)])
def test_constant_and_wide_features_give_a_number(shape: tuple[int, int]) -> None:
    assert np.isfinite(compute_logme(np.ones(shape), np.arange(shape[0]) % 2))
