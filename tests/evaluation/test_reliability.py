"""The calibration curve, its error, and the error that is noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.reliability import assign_bins, measure_reliability, state_reliability


def test_the_error_is_that_by_hand() -> None:
    """Bins of ten: said .1 and seen .2, said .8 and seen .5; (.1 + .3) / 2."""
    scores = np.repeat([0.1, 0.8], 10)
    came_true = np.array([1, 1, *[0] * 8, *[1] * 5, *[0] * 5], dtype=bool)
    found = measure_reliability(scores, came_true, np.arange(20), "nodule")
    assert found is not None
    assert found.ece == pytest.approx(0.2)
    assert [(b.n, b.said, b.seen) for b in found.bins] == [
        (10, pytest.approx(0.1), 0.2),
        (10, pytest.approx(0.8), 0.5),
    ]
    assert all(b.interval[0] < b.seen < b.interval[1] for b in found.bins)
    assert measure_reliability(scores[:0], came_true[:0], np.arange(0)) is None


def test_noise_is_the_mean_absolute_deviation_of_a_binomial_share() -> None:
    """One bin of 20 images of probability .5: E|K/20 − ½| for K of Binomial(20, ½) is .0881."""
    found = measure_reliability(np.full(20, 0.5), np.arange(20) < 10, np.arange(20))
    assert found is not None
    assert (len(found.bins), found.ece, found.p) == (1, 0.0, 1.0)
    assert found.noise == pytest.approx(0.0881, abs=0.005)
    assert not found.is_off


def test_patients_with_several_images_have_more_noise() -> None:
    generator = np.random.default_rng(3)
    scores = np.repeat(generator.random(50), 4)
    came_true = np.repeat(generator.random(50), 4) < scores
    alone = measure_reliability(scores, came_true, np.arange(200))
    shared = measure_reliability(scores, came_true, np.repeat(np.arange(50), 4))
    assert alone is not None
    assert shared is not None
    assert shared.ece == alone.ece
    assert 1.6 < shared.noise / alone.noise < 2.4


def test_a_calibrated_model_is_seldom_called_off_and_an_overconfident_one_is() -> None:
    generator = np.random.default_rng(0)
    called = 0
    for seed in range(60):
        scores = generator.random(150)
        came_true = generator.random(150) < scores
        found = measure_reliability(scores, came_true, np.arange(150), seed=seed)
        assert found is not None
        called += found.is_off
    assert called <= 9
    sure = np.where(scores > 0.5, 0.99, 0.01)
    wrong = measure_reliability(sure, came_true, np.arange(150))
    assert wrong is not None
    assert wrong.is_off
    assert wrong.p == 0.0


@given(st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]), min_size=1, max_size=120))
def test_bins_know_no_order_and_part_no_equals(values: list[float]) -> None:
    scores = np.array(values)
    owners = assign_bins(scores)
    assert set(owners) == set(range(int(owners.max()) + 1))
    by_value = {value: owners[scores == value] for value in values}
    assert all(len(set(of_value)) == 1 for of_value in by_value.values())
    order = np.argsort(scores)
    assert (np.diff(owners[order]) >= 0).all()
    assert (assign_bins(scores[::-1])[::-1] == owners).all()


def test_ten_bins_hold_as_many_images_each() -> None:
    scores = np.random.default_rng(0).random(200)
    assert np.bincount(assign_bins(scores)).tolist() == [20] * 10


def test_many_images_are_drawn_fewer_times_and_in_parts() -> None:
    scores = np.random.default_rng(0).random(12_000)
    found = measure_reliability(scores, scores > 0.5, np.arange(12_000), seed=1)
    assert found is not None
    assert found.draws == 200
    # Ten bins, each a mean of 1,200: E|mean| of a normal is its spread times √(2 / π).
    said = np.arange(0.05, 1, 0.1)
    spread = np.sqrt(said * (1 - said) / 1200).mean()
    assert found.noise == pytest.approx(spread * np.sqrt(2 / np.pi), rel=0.05)


def test_a_mean_above_what_95_in_100_stay_at_is_said_to_be_a_mean() -> None:
    """Twenty images at 0.0002: an error is 0.0002, or with a chance of 1 in 250 near 0.05."""
    found = measure_reliability(np.full(20, 0.0002), np.zeros(20, dtype=bool), np.arange(20))
    assert found is not None
    assert found.noise > found.noise_limit
    assert state_reliability(found) == (
        "ECE <0.001 (1 bin of about 20 images), no more than noise: chance alone gives"
        f" {_write(found.noise)} on average, and at most <0.001 in 95 of 100 models"
    )


def _write(value: float) -> str:
    return "<0.001" if value < 0.0005 else f"{value:.3f}"
