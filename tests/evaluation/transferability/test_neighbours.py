"""k-NN by hand, and that nobody is judged by his own images."""

import numpy as np
import pytest

from medapp.evaluation.transferability.neighbours import TEMPERATURE, predict_by_neighbours


def test_the_nearest_votes_with_its_likeness() -> None:
    # Standardised they stay as they are: two axes, mean 0 and spread 1.
    features = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    labels = np.array([0, 1, 1, 0])
    found = predict_by_neighbours(features, labels, np.arange(4), count=3)
    near, far = np.exp((0 - 1) / TEMPERATURE), np.exp((-1 - 1) / TEMPERATURE)
    # Of the first image the third (class 1) and the fourth (class 0) stand at a right angle, the
    # second (class 1) opposite.
    assert found[0] == pytest.approx([near / (2 * near + far), (near + far) / (2 * near + far)])
    assert found.sum(1) == pytest.approx(np.ones(4))


def test_images_of_one_patient_do_not_judge_one_another() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), 2)
    labels = np.repeat(random.permutation(np.arange(60) % 2), 2)
    features = np.repeat(random.normal(size=(60, 50)), 2, axis=0)
    apart = predict_by_neighbours(features, labels, groups)
    torn = predict_by_neighbours(features, labels, np.arange(120))
    assert (apart.argmax(1) == labels).mean() < 0.7
    assert (torn.argmax(1) == labels).mean() > 0.9


def test_one_patient_alone_is_undecided() -> None:
    found = predict_by_neighbours(np.eye(4), np.array([0, 1, 0, 1]), np.zeros(4, int))
    assert (found == 0.5).all()
