"""Means over images, with intervals over patients."""

import numpy as np
import pytest

from medapp.explanation.trials.means import compare_shares, find_p, measure_mean, measure_share
from medapp.explanation.trials.record import Mean


def test_a_mean_of_single_images_has_students_interval() -> None:
    found = measure_mean([1.0, 2.0, 3.0, 6.0], np.arange(4))
    # Standard deviation 2.160, t of 3 degrees of freedom 3.1824: 3 ± 3.1824 · 2.160 / 2.
    assert found.value == 3
    assert found.interval == pytest.approx((3 - 3.437, 3 + 3.437), abs=1e-3)
    assert found.n == 4


def test_images_of_one_patient_count_as_one() -> None:
    once = measure_mean([1.0, 2.0, 3.0], np.arange(3))
    thrice = measure_mean(np.repeat([1.0, 2.0, 3.0], 3), np.repeat(np.arange(3), 3))
    assert thrice.interval == pytest.approx(once.interval)
    assert thrice.n == 9


def test_what_does_not_tell_is_left_out_and_one_unit_has_no_interval() -> None:
    assert measure_mean([0.5, np.nan, 0.7], np.array([0, 1, 0])) == Mean(0.6, None, 2)
    assert measure_mean([np.nan], np.zeros(1, int)) == Mean(None, None, 0)


def test_an_interval_ends_where_the_value_must() -> None:
    found = measure_mean([0.0, 1.0], np.arange(2), (0.0, 1.0))
    assert found.interval == (0.0, 1.0)


def test_shares_and_their_difference() -> None:
    first = np.array([True] * 9 + [False])
    second = np.array([True] * 2 + [False] * 8)
    units = np.arange(10)
    assert measure_share(first, units).value == 0.9
    apart = compare_shares(first, second, units)
    assert apart.value == pytest.approx(0.7)
    assert apart.interval is not None
    assert 0 < apart.interval[0] < 0.7 < apart.interval[1] <= 1


def test_chance_is_below_a_twentieth_where_the_interval_leaves_out_0() -> None:
    assert find_p(Mean(0.3, (0.01, 0.59), 5)) < 0.05
    assert find_p(Mean(0.3, (-0.01, 0.61), 5)) > 0.05
    assert find_p(Mean(-0.3, (-0.4, -0.2), 5)) < 0.001
    assert find_p(Mean(0.3, None, 1)) == 1
