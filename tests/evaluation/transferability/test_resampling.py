"""What is drawn anew: patients whole, classes in their number."""

import numpy as np
import pytest

from medapp.evaluation.transferability.resampling import draw_resamples

GROUPS = np.array([7, 7, 3, 3, 3, 5, 9, 9])
STRATA = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def test_patients_are_drawn_whole_and_within_their_class() -> None:
    for rows in draw_resamples(GROUPS, STRATA, 50, seed=0):
        counts = np.bincount(rows, minlength=8)
        for group in (7, 3, 5, 9):
            assert len(set(counts[group == GROUPS])) == 1
        # Groups 7 and 3 are mostly of class 0, groups 5 and 9 of class 1.
        assert counts[0] + counts[2] == 2
        assert counts[5] + counts[6] == 2


def test_the_same_seed_draws_the_same() -> None:
    once, again, other = (draw_resamples(GROUPS, STRATA, 5, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(once, other, strict=True))


def test_patients_that_are_alone_in_their_stratum_vary_together() -> None:
    draws = draw_resamples(np.arange(4), np.arange(4), 100, seed=0)
    assert {len(rows) for rows in draws} == {4}
    assert any(len(set(rows)) < 4 for rows in draws)


def test_the_spread_is_that_of_a_mean_over_patients() -> None:
    values = np.random.default_rng(0).normal(size=200)
    draws = draw_resamples(np.arange(200), np.zeros(200, int), 500, seed=0)
    spread = np.std([values[rows].mean() for rows in draws])
    assert spread == pytest.approx(values.std() / np.sqrt(200), rel=0.15)
