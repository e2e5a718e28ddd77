"""DeLong's test against the definition, pair by pair."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.evaluation.delong import DeLong, compare_aurocs
from medapp.evaluation.estimates import estimate_auroc

Floats = np.ndarray


def compare(first: Floats, second: Floats, true: Floats, units: Floats) -> DeLong | None:
    count = int(units.max()) + 1
    estimates = [estimate_auroc(scores, true, ~true, units, count) for scores in (first, second)]
    assert estimates[0] is not None
    assert estimates[1] is not None
    return compare_aurocs(estimates[0], estimates[1])


def find_components(scores: Floats, true: Floats) -> tuple[Floats, Floats]:
    """The structural components of positives and negatives, over all P × M pairs."""
    above = np.array(
        [[1.0 if p > n else 0.5 if p == n else 0.0 for n in scores[~true]] for p in scores[true]]
    )
    return above.mean(axis=1), above.mean(axis=0)


def test_a_small_case_by_hand() -> None:
    true = np.array([True, True, False, False])
    first = np.array([4.0, 2.0, 3.0, 1.0])  # 3 of 4 pairs; components 1, ½ and ½, 1
    second = np.array([3.0, 4.0, 2.0, 1.0])  # all pairs; components of 1
    found = compare(first, second, true, np.arange(4))
    assert found is not None
    assert found.difference == pytest.approx(-0.25)
    # Var = S10 / 2 + S01 / 2, each the variance (n - 1) of ½ and 0, which is 1/8.
    assert found.error == pytest.approx(np.sqrt(1 / 8))
    assert found.p == pytest.approx(0.4795, abs=1e-4)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=4))
@settings(max_examples=60, deadline=None)
def test_the_variance_is_that_of_all_pairs(rows: list[tuple[int, int, bool]]) -> None:
    first, second, truth = (np.array(column) for column in zip(*rows, strict=True))
    true = truth.astype(bool)
    if not 2 <= true.sum() <= len(true) - 2:
        return
    found = compare(first.astype(float), second.astype(float), true, np.arange(len(true)))
    components = [find_components(scores, true) for scores in (first, second)]
    parts = [np.cov(np.array(side)) / len(side[0]) for side in zip(*components, strict=True)]
    covariance = parts[0] + parts[1]
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    if found is None:
        assert variance == pytest.approx(0, abs=1e-12)
    else:
        assert found.error**2 == pytest.approx(variance, abs=1e-12)


def test_over_patients_with_both_kinds_it_is_obuchowskis() -> None:
    random = np.random.default_rng(0)
    patients, each = 12, 6
    units = np.repeat(np.arange(patients), each)
    true = np.tile([True, False, False] * (each // 3), patients)
    # Images of a patient are alike.
    shared = np.repeat(random.normal(size=patients), each)
    first, second = (shared + true + random.normal(size=len(true)) for _ in range(2))
    found = compare(first, second, true, units)
    assert found is not None
    expected = 0.0
    p, n = true.sum(), (~true).sum()
    sums = []
    for scores in (first, second):
        of_positives, of_negatives = find_components(scores, true)
        value = of_positives.mean()
        sums.append(
            (
                np.bincount(units[true], of_positives - value),
                np.bincount(units[~true], of_negatives - value),
            )
        )
    factor = patients / (patients - 1)
    for (a, sign_a), (b, sign_b) in product(zip(sums, (1, -1), strict=True), repeat=2):
        s10 = factor / p * (a[0] @ b[0])
        s01 = factor / n * (a[1] @ b[1])
        s11 = factor * (a[0] @ b[1] + b[0] @ a[1])
        expected += sign_a * sign_b * (s10 / p + s01 / n + s11 / (p * n))
    assert found.error**2 == pytest.approx(expected)


def test_equal_scores_have_a_p_of_one_and_units_must_fit() -> None:
    true = np.array([True, True, False, False])
    scores = np.array([4.0, 2.0, 3.0, 1.0])
    assert compare(scores, scores, true, np.arange(4)) == DeLong(0.0, 0.0, 1.0)
    one = estimate_auroc(scores, true, ~true, np.arange(4), 4)
    other = estimate_auroc(scores, true, ~true, np.array([0, 0, 1, 1]), 2)
    assert one is not None
    assert other is not None
    with pytest.raises(ValueError, match="of the same units"):
        compare_aurocs(one, other)


def test_equally_good_models_are_called_different_in_one_of_twenty() -> None:
    random = np.random.default_rng(1)
    true = np.arange(200) < 80
    called = []
    for _ in range(400):
        shared = random.normal(size=200)
        pair = [shared + random.normal(size=200) + 1.5 * true for _ in range(2)]
        found = compare(pair[0], pair[1], true, np.arange(200))
        assert found is not None
        called.append(found.p < 0.05)
    assert 0.03 <= np.mean(called) <= 0.075
