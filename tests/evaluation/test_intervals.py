"""Score intervals beside published ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.intervals import count_effective, find_wilson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)  # the "score" column of Newcombe 1998, table I; 0 of 20 is its closed form z²/(n + z²)
def test_wilson_intervals_are_the_published_ones(
    hits: int, trials: int, low: float, high: float
) -> None:
    assert find_wilson(hits / trials, trials) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_contains_its_share_and_mirrors(pair: tuple[int, int]) -> None:
    hits, trials = pair
    low, high = find_wilson(hits / trials, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    assert low < high
    mirrored = find_wilson((trials - hits) / trials, trials)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_a_variance_counts_as_much_as_patients_bear_witness_to_it() -> None:
    """A variance of 0.25 / 100 is worth 100 observations; without a witness only the least is."""
    assert count_effective(0.5, 0.0025, 0, 10.0) == 10.0
    assert count_effective(0.5, 0.0025, 1, 10.0) == pytest.approx(1 / (0.5 / 100 + 0.5 / 10))
    assert count_effective(0.5, 0.0025, 10**6, 10.0) == pytest.approx(100, rel=1e-4)
    assert count_effective(1.0, 0.0, 3, 10.0) == 10.0
