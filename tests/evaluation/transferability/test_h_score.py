"""The H-score by hand, and its shrinkage against scikit-learn's."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf_shrinkage

from medapp.evaluation.transferability.h_score import compute_h_score, find_shrinkage


def test_of_one_feature_it_is_the_share_of_variance_between_classes() -> None:
    # Means 1 and 5 about 3: between 4; within 1; in one dimension there is nothing to shrink.
    features = np.array([[0.0], [2.0], [4.0], [6.0]])
    assert compute_h_score(features, np.array([0, 0, 1, 1])) == pytest.approx(4 / 5, abs=1e-6)


def test_shrinkage_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(30, 8)) * np.arange(1, 9)
    centred = features - features.mean(0)
    found = find_shrinkage(centred, centred.T @ centred / 30)
    assert found == pytest.approx(ledoit_wolf_shrinkage(features))
    assert 0 < found < 1


def test_many_features_of_chance_say_little() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(40) % 2
    noise = random.normal(size=(40, 200))
    # Unshrunk it would be 1, the most that there is: 200 features separate 40 images.
    assert compute_h_score(noise, labels) < 0.2
    assert compute_h_score(noise + 5 * labels[:, None], labels) > 0.5


def test_images_that_all_look_the_same_score_nothing() -> None:
    assert compute_h_score(np.ones((4, 3)), np.array([0, 1, 0, 1])) == 0
