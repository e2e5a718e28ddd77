"""Kendall's tau against scipy's, regret by hand, and that chance is not told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from medapp.evaluation.transferability.order import (
    compute_kendall_tau,
    compute_regret,
    find_told_apart,
)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=8))
def test_tau_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    scores, truths = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    wanted = kendalltau(scores, truths).statistic
    found = compute_kendall_tau(scores, truths)
    if np.isnan(wanted):
        assert found is None
    else:
        assert found == pytest.approx(wanted)


def test_regret_is_what_the_pick_loses() -> None:
    assert compute_regret([0.2, 0.9, 0.5], [0.8, 0.7, 0.95]) == pytest.approx(0.25)
    assert compute_regret([0.2, 0.9, 0.5], [0.8, 0.97, 0.95]) == 0


def test_differences_of_chance_are_not_told_apart_however_many_are_compared() -> None:
    # 20 scores with one truth and a spread of 1: looked at one pair at a time, many would differ.
    wrong = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        scores = random.normal(size=20)
        replicates = scores + random.normal(size=(300, 20))
        wrong += bool(find_told_apart(scores, replicates).any())
    assert wrong <= 9


def test_a_difference_on_the_same_patients_is_told_apart_though_intervals_overlap() -> None:
    random = np.random.default_rng(0)
    common = random.normal(size=(300, 1))
    scores = np.array([0.0, 0.5])
    replicates = scores + common + 0.05 * random.normal(size=(300, 2))
    assert find_told_apart(scores, replicates).tolist() == [[False, True], [True, False]]


def test_equal_scores_are_never_told_apart() -> None:
    replicates = np.repeat(np.random.default_rng(0).normal(size=(50, 1)), 2, axis=1)
    assert not find_told_apart(np.zeros(2), replicates).any()
