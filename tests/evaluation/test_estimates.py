"""Estimates with clustered variance, beside hand-made and slow independent computations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.evaluation.estimates import (
    average,
    bound_ratio,
    estimate_auroc,
    estimate_f1,
    estimate_share,
    take_complement,
)
from medapp.evaluation.intervals import find_wilson


def mark(text: str) -> np.ndarray:
    return np.array([letter == "1" for letter in text])


def test_single_images_have_wilsons_own_interval() -> None:
    found = estimate_share(mark("1101"), mark("1111"), np.arange(4), 4)
    assert found is not None
    assert (found.value, found.interval) == (0.75, find_wilson(0.75, 4))
    # The squares add up to p (1 - p) / (n - 1).
    assert np.square(found.shifts).sum() == pytest.approx(0.75 * 0.25 / 3)
    assert estimate_share(mark("11"), mark("00"), np.arange(2), 2) is None


def test_the_variance_of_a_share_is_that_of_a_ratio_of_sums() -> None:
    """Three patients of 2, 2 and 4 images with 2, 1 and 2 hits: p = 5/8, and by Cochran
    3/2 · ((2 - 5/4)² + (1 - 5/4)² + (2 - 5/2)²) / 8².
    """
    owners = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    found = estimate_share(mark("11101100"), mark("11111111"), owners, 3)
    assert found is not None
    variance = 1.5 * (0.5625 + 0.0625 + 0.25) / 64
    assert np.square(found.shifts).sum() == pytest.approx(variance)
    # Three patients have a hit, two have a miss: two thirds of what the variance says, where images
    # are at best independent, and one third of 8² / (2² + 2² + 4²).
    worth = 1 / (2 / 3 * max(variance / (0.625 * 0.375), 1 / 8) + 1 / 3 / (64 / 24))
    assert found.interval == pytest.approx(find_wilson(0.625, worth))


@given(st.integers(2, 30), st.integers(2, 9), st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_equal_images_of_a_patient_count_as_one(patients: int, images: int, seed: int) -> None:
    is_right = np.random.default_rng(seed).random(patients) < 0.7
    owners = np.repeat(np.arange(patients), images)
    trials = np.ones(len(owners), dtype=bool)
    found = estimate_share(is_right[owners], trials, owners, patients)
    assert found is not None
    low, high = find_wilson(found.value, patients)
    # The variance has m - 1 in place of m.
    wider_low, wider_high = find_wilson(found.value, max(patients - 1, 1))
    assert wider_low - 1e-9 <= found.interval[0] <= low + 1e-9
    assert high - 1e-9 <= found.interval[1] <= wider_high + 1e-9


def test_f1_and_its_interval_are_those_of_the_share_of_hits_in_what_is_or_is_taken_for_it() -> None:
    # Two hits, one miss, one false alarm, one right refusal: F1 = 4 / 6; J = 2 / 4.
    true, found, known = mark("11100"), mark("11010"), mark("11111")
    estimate = estimate_f1(true, found, known, np.arange(5), 5)
    assert estimate is not None
    assert estimate.value == pytest.approx(2 / 3)
    low, high = find_wilson(0.5, 4)
    assert estimate.interval == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert estimate_f1(mark("0"), mark("0"), mark("1"), np.arange(1), 1) is None


def test_delongs_variance_is_that_computed_by_hand() -> None:
    """Positives .8 .6 .4 against .5 .3: placements 1, 1, 1/2 and 2/3, 1; AUROC 5/6;
    S10 = 1/12, S01 = 1/18; variance 1/12/3 + 1/18/2 = 1/18.
    """
    scores = np.array([0.8, 0.6, 0.4, 0.5, 0.3])
    found = estimate_auroc(scores, mark("11100"), mark("00011"), np.arange(5), 5)
    assert found is not None
    assert found.value == pytest.approx(5 / 6)
    assert np.square(found.shifts).sum() == pytest.approx(1 / 18)


def compute_slowly(scores: np.ndarray, true: np.ndarray, owners: np.ndarray) -> tuple[float, float]:
    """AUROC and its variance by Obuchowski's sums, for patients of one class each.

    With one image a patient they are DeLong's.
    """

    def order(x: float, y: float) -> float:
        return 1.0 if x > y else 0.5 if x == y else 0.0

    positives = [(s, o) for s, t, o in zip(scores, true, owners, strict=True) if t]
    negatives = [(s, o) for s, t, o in zip(scores, true, owners, strict=True) if not t]
    pairs = [order(x, y) for x, _ in positives for y, _ in negatives]
    auroc = sum(pairs) / len(pairs)
    variance = 0.0
    for side, others, sign in ((positives, negatives, 1), (negatives, positives, -1)):
        sums: dict[int, float] = {}
        for x, owner in side:
            placement = sum(order(sign * x, sign * y) for y, _ in others) / len(others)
            sums[owner] = sums.get(owner, 0.0) + placement - auroc
        count = len(sums)
        spread = count / ((count - 1) * len(side)) * sum(total**2 for total in sums.values())
        variance += spread / len(side)
    return auroc, variance


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 6), st.integers(1, 4))
@settings(max_examples=60)
def test_the_variance_of_an_auroc_is_that_of_a_slow_independent_computation(
    seed: int, of_positive: int, of_negative: int, images: int
) -> None:
    generator = np.random.default_rng(seed)
    count = of_positive + of_negative
    sizes = generator.integers(1, images + 1, count)
    owners = np.repeat(np.arange(count), sizes)
    true = owners < of_positive
    scores = generator.integers(0, 6, len(owners)) / 5 + 0.2 * true.astype(float)
    found = estimate_auroc(scores, true, ~true, owners, count)
    assert found is not None
    auroc, variance = compute_slowly(scores, true, owners)
    assert found.value == pytest.approx(auroc)
    assert np.square(found.shifts).sum() == pytest.approx(variance)
    assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1


def test_a_perfect_auroc_is_worth_the_patients_of_the_smaller_class() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.2, 0.1])
    true = scores > 0.5
    found = estimate_auroc(scores, true, ~true, np.array([0, 0, 1, 1, 2, 3, 4]), 5)
    assert found is not None
    assert found.interval == pytest.approx(find_wilson(1.0, 2))


def test_both_classes_of_two_have_one_auroc_and_their_mean_has_its_interval() -> None:
    generator = np.random.default_rng(0)
    scores = generator.random(30)
    true = scores + generator.normal(size=30) > 0.5
    owners = np.arange(30) // 2
    one = estimate_auroc(scores, true, ~true, owners, 15)
    other = estimate_auroc(1 - scores, ~true, true, owners, 15)
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value)
    mean = average([one, other])
    assert mean is not None
    assert mean.interval == pytest.approx(one.interval)
    assert mean.shifts == pytest.approx(one.shifts)


def test_independent_shares_are_averaged_by_squares_of_their_reach() -> None:
    trials = mark("1111100000")
    first = estimate_share(mark("1111000000"), trials, np.arange(10), 10)
    second = estimate_share(mark("0000011111"), ~trials, np.arange(10), 10)
    assert first is not None
    assert second is not None
    mean = average([first, second])
    assert mean is not None
    assert mean.value == pytest.approx(0.9)
    reach = np.hypot(0.8 - find_wilson(0.8, 5)[0], 1 - find_wilson(1.0, 5)[0]) / 2
    assert mean.interval[0] == pytest.approx(0.9 - reach)
    assert mean.interval[1] == pytest.approx(min(1.0, 0.9 + (find_wilson(0.8, 5)[1] - 0.8) / 2))
    assert average([]) is None


def test_a_ratio_has_the_closed_limits_of_donner_and_zou() -> None:
    first = estimate_share(mark("1" * 8 + "0" * 12), mark("1" * 20), np.arange(20), 40)
    second = estimate_share(mark("1" * 15 + "0" * 5), mark("1" * 20), np.arange(20), 40)
    assert first is not None
    assert second is not None
    (l1, u1), (l2, u2) = first.interval, second.interval
    a, b = first.value, second.value
    low = a * b - np.sqrt((a * b) ** 2 - l1 * u2 * (2 * a - l1) * (2 * b - u2))
    high = a * b + np.sqrt((a * b) ** 2 - u1 * l2 * (2 * a - u1) * (2 * b - l2))
    expected = low / (u2 * (2 * b - u2)), high / (l2 * (2 * b - l2))
    assert bound_ratio(first, second) == pytest.approx(expected)
    # What varies together varies less as a ratio.
    alike = bound_ratio(first, second, 0.8)
    assert expected[0] < alike[0] < a / b < alike[1] < expected[1]


def test_a_ratio_of_nothing_is_not_sure_and_one_over_nothing_has_no_end() -> None:
    nothing = estimate_share(mark("0" * 20), mark("1" * 20), np.arange(20), 20)
    half = estimate_share(mark("10" * 10), mark("1" * 20), np.arange(20), 20)
    assert nothing is not None
    assert half is not None
    low, high = bound_ratio(nothing, half)
    assert (low, high > 0.16) == (0.0, True)
    assert bound_ratio(half, nothing)[1] == np.inf
    assert bound_ratio(half, nothing)[0] == pytest.approx(1 / high, rel=0.5)
    other = take_complement(half)
    assert other.interval == pytest.approx(half.interval)
    assert other.shifts == pytest.approx(-half.shifts)
