"""Average precision: its variance against what resampling gives, its interval at its ends."""

import numpy as np
import pytest
from scipy.stats import t as student

from medapp.evaluation.intervals import Z, find_wilson
from medapp.evaluation.precision import estimate_average_precision


def test_shifts_are_what_leaving_a_patient_out_changes() -> None:
    """The infinitesimal jackknife is the limit of leaving one out, with many patients."""
    generator = np.random.default_rng(0)
    owners = np.repeat(np.arange(400), 2)
    true = generator.random(800) < 0.3
    scores = np.round(true + generator.normal(size=800), 1)  # with ties
    whole = estimate_average_precision(scores, true, ~true, owners, 400)
    assert whole is not None
    assert whole.shifts.sum() == pytest.approx(0, abs=1e-9)
    for patient in (0, 17, 399):
        kept = owners != patient
        rest = estimate_average_precision(scores[kept], true[kept], ~true[kept], owners[kept], 400)
        assert rest is not None
        assert whole.value - rest.value == pytest.approx(whole.shifts[patient], rel=0.05, abs=1e-5)


def test_a_perfect_order_is_not_called_certain() -> None:
    """Ten images with the finding above all others: Wilson's interval, as wide as Student's."""
    true = np.arange(40) < 10
    found = estimate_average_precision(-np.arange(40.0), true, ~true, np.arange(40), 40)
    assert found is not None
    low = find_wilson(1.0, 10 / (student.ppf(0.975, 9) / Z) ** 2)[0]
    assert (found.value, found.interval) == (1.0, (pytest.approx(low, abs=1e-3), 1.0))


def test_images_of_one_patient_are_worth_one() -> None:
    true = np.arange(40) < 20
    scores = np.random.default_rng(0).random(40)
    alone = estimate_average_precision(scores, true, ~true, np.arange(40), 40)
    paired = estimate_average_precision(
        np.repeat(scores, 4), np.repeat(true, 4), ~np.repeat(true, 4), np.arange(160) // 4, 40
    )
    assert alone is not None
    assert paired is not None
    assert paired.value == pytest.approx(alone.value)
    assert paired.interval == pytest.approx(alone.interval)


def test_without_either_kind_it_is_undefined() -> None:
    true = np.ones(3, bool)
    assert estimate_average_precision(np.arange(3.0), true, ~true, np.arange(3), 3) is None
    assert estimate_average_precision(np.arange(3.0), ~true, true, np.arange(3), 3) is None
