"""How common the classes are elsewhere, from probabilities and from decisions."""

import numpy as np
import pytest

from medapp.training.adaptation.label_shift import (
    estimate_shares,
    estimate_shares_black_box,
    reweigh,
)

EVEN = np.array([0.5, 0.5])


def test_probabilities_under_other_shares_by_hand() -> None:
    found = reweigh(np.array([[0.5, 0.5], [0.8, 0.2]]), EVEN, np.array([0.2, 0.8]))
    # 0.8 · 0.4 = 0.32 against 0.2 · 1.6 = 0.32.
    assert found == pytest.approx(np.array([[0.2, 0.8], [0.5, 0.5]]))


def test_shares_by_hand() -> None:
    """Three images of four are surely the first class: the shares are theirs."""
    sure = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    assert estimate_shares(sure, EVEN) == pytest.approx([0.75, 0.25])


def test_the_right_answer_is_found_where_only_shares_differ() -> None:
    """Two Gaussians a distance of 2 apart, whose exact probabilities are known."""
    random = np.random.default_rng(0)
    truth = (random.random(20000) < 0.1).astype(np.int64)
    values = random.normal(2.0 * truth, 1)
    of_second = 1 / (1 + np.exp(-(2 * values - 2)))
    shares = estimate_shares(np.column_stack([1 - of_second, of_second]), EVEN)
    assert shares[1] == pytest.approx(0.1, abs=0.01)
    home = random.integers(0, 2, 20000)
    decided = (random.normal(2.0 * home, 1) > 1).astype(np.int64)
    by_decisions = estimate_shares_black_box(decided, home, (values > 1).astype(np.int64), 2)
    assert by_decisions is not None
    assert by_decisions[1] == pytest.approx(0.1, abs=0.02)


def test_shares_from_decisions_by_hand() -> None:
    # Class 0 is always decided rightly, class 1 every second time. Elsewhere a quarter is decided
    # as 1, so that a half is class 1.
    found = estimate_shares_black_box(
        np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2
    )
    assert found == pytest.approx([0.5, 0.5])


def test_a_model_that_cannot_tell_the_classes_tells_no_shares() -> None:
    guess = np.array([0, 1, 0, 1])
    assert estimate_shares_black_box(guess, np.array([0, 0, 1, 1]), guess, 2) is None
