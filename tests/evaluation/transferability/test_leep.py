"""LEEP by hand."""

import numpy as np
import pytest

from medapp.evaluation.transferability.leep import compute_leep


def test_by_hand() -> None:
    theta = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array([0, 0, 1])
    # P(z) ~ 1.5 and 1.5; P(0 | z) = 1.4 / 1.5 and 0.6 / 1.5; P(1 | z) = 0.1 / 1.5 and 0.9 / 1.5.
    first = (1.4 * 0.8 + 0.6 * 0.2) / 1.5
    second = (1.4 * 0.6 + 0.6 * 0.4) / 1.5
    third = (0.1 * 0.1 + 0.9 * 0.9) / 1.5
    wanted = np.log([first, second, third]).mean()
    assert compute_leep(theta, labels) == pytest.approx(wanted)


def test_a_head_that_tells_the_labels_reaches_0_and_one_that_says_nothing_their_entropy() -> None:
    labels = np.array([0, 1, 1, 1])
    assert compute_leep(np.eye(2)[labels], labels) == pytest.approx(0)
    entropy = 0.25 * np.log(0.25) + 0.75 * np.log(0.75)
    assert compute_leep(np.full((4, 5), 0.2), labels) == pytest.approx(entropy)


def test_a_class_of_the_source_that_is_never_seen_does_no_harm() -> None:
    theta = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert compute_leep(theta, np.array([0, 1])) == pytest.approx(np.log(0.5))
