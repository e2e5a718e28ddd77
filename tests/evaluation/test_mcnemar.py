"""McNemar's exact test, by hand, against the binomial, and by trying all swaps."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from medapp.evaluation.mcnemar import compare_shares


def build_rights(only_first: int, only_second: int, both: int) -> tuple[np.ndarray, np.ndarray]:
    first = [True] * only_first + [False] * only_second + [True] * both
    second = [False] * only_first + [True] * only_second + [True] * both
    return np.array(first), np.array(second)


def test_a_small_case_by_hand() -> None:
    found = compare_shares(*build_rights(1, 5, 10), np.arange(16))
    assert (found.only_first, found.only_second) == (1, 5)
    assert found.p == pytest.approx(2 * (1 + 6) / 64)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_with_one_image_a_patient_it_is_the_binomial_test(b: int, c: int, both: int) -> None:
    found = compare_shares(*build_rights(b, c, both), np.arange(b + c + both))
    assert found.p == pytest.approx(binomtest(b, b + c).pvalue if b + c else 1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 6)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_over_patients_all_swaps_are_tried(rows: list[tuple[bool, bool, int]]) -> None:
    first, second, owners = (np.array(column) for column in zip(*rows, strict=True))
    found = compare_shares(first, second, owners)
    apart = np.bincount(owners, first.astype(float) - second.astype(float))
    sums = [abs(apart @ np.array(signs)) for signs in product((1, -1), repeat=len(apart))]
    assert found.p == pytest.approx(np.mean(np.array(sums) >= abs(apart.sum()) - 1e-9))


def test_a_patient_with_many_images_is_one_witness() -> None:
    first, second = build_rights(12, 0, 4)
    alone = compare_shares(first, second, np.arange(16))
    together = compare_shares(first, second, np.array([0] * 12 + [1] * 4))
    assert alone.p == pytest.approx(2 / 2**12)
    assert together.p == 1.0


def test_thousands_of_images_are_counted_exactly() -> None:
    found = compare_shares(*build_rights(2600, 2400, 0), np.arange(5000))
    assert found.p == pytest.approx(binomtest(2600, 5000).pvalue)
