"""Confident learning, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.audit.labels import (
    find_suspected_grades,
    find_suspects,
    find_thresholds,
    measure_surprise,
)


def test_thresholds_and_suspects_by_hand() -> None:
    probabilities = np.array(
        [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7], [0.65, 0.35]]
    )
    labels = np.array([0, 0, 0, 1, 1, 1])
    # Of 0: (0.9 + 0.8 + 0.1) / 3; of 1: (0.8 + 0.7 + 0.35) / 3.
    assert find_thresholds(probabilities, labels) == pytest.approx([0.6, 1.85 / 3])
    found = find_suspects(probabilities, labels)
    assert found.rows.tolist() == [2, 5]
    assert found.proposed.tolist() == [1, 0]
    assert found.margins == pytest.approx([-0.8, -0.3])


def test_probable_yet_not_beyond_the_class_s_own_mean_is_not_suspected() -> None:
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.55, 0.45], [0.1, 0.9]])
    # 0.55 is the higher of the two, and below 0.925, the mean of those labelled 0.
    assert len(find_suspects(probabilities, np.array([0, 0, 1, 1])).rows) == 0


def test_a_class_that_nobody_is_labelled_is_never_proposed() -> None:
    probabilities = np.array([[0.1, 0.1, 0.8], [0.2, 0.7, 0.1]])
    assert len(find_suspects(probabilities, np.array([0, 1])).rows) == 0


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_suspects_are_sorted_and_never_keep_their_label(seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(classes), 40)
    labels = random.integers(0, classes, 40)
    found = find_suspects(probabilities, labels)
    assert (found.proposed != labels[found.rows]).all()
    assert (np.diff(found.margins) >= 0).all()
    assert (found.margins <= 0).all()


def test_a_grade_two_off_is_suspected_and_a_neighbour_only_where_it_is_nearly_certain() -> None:
    probabilities = np.array([[0.1, 0.2, 0.7], [0.2, 0.8, 0.0], [0.1, 0.9, 0.0], [0.9, 0.1, 0.0]])
    found = find_suspected_grades(probabilities, np.zeros(4, np.int64), np.arange(3))
    # Expected to be 1.6 and 0.4 grades off; 0.8 and 0.2; 0.9 and 0.1.
    assert found.rows.tolist() == [0, 2]
    assert found.proposed.tolist() == [2, 1]
    # At or below grade 0 with 0.1, at or below grade 1 with 0.3 and with 1.
    assert found.margins == pytest.approx([np.log(0.1) + np.log(0.3), np.log(0.1)])
    apart = find_suspected_grades(probabilities[1:2], np.zeros(1, np.int64), np.array([0, 2, 3]))
    # The first step is two grades wide.
    assert apart.margins == pytest.approx([2 * np.log(0.2)])


def test_the_grade_that_is_contradicted_most_comes_first() -> None:
    # The first is expected to be 1.12 grades nearer elsewhere, the second only 0.98.
    probabilities = np.array([[0.22, 0.0, 0.78], [0.01, 0.99, 0.0]])
    found = find_suspected_grades(probabilities, np.zeros(2, np.int64), np.arange(3))
    assert found.rows.tolist() == [1, 0]


@given(st.integers(0, 10_000))
def test_of_two_grades_the_surprise_is_that_of_the_class_and_turned_round_it_is_the_same(
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    two, many = random.dirichlet(np.ones(2), 9), random.dirichlet(np.ones(5), 9)
    labels = random.integers(0, 2, 9)
    own = -np.log(two[np.arange(9), labels])
    assert measure_surprise(two, labels, np.arange(2)) == pytest.approx(own)
    turned = measure_surprise(many[:, ::-1], 4 - labels, np.arange(5))
    assert measure_surprise(many, labels, np.arange(5)) == pytest.approx(turned)
