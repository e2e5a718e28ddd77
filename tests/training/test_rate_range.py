"""The range test on curves drawn by hand: which rate is suggested, and when none is."""

import pytest

from medapp.training.rate_range import has_exploded, list_rates, read_range

RATES = [1e-5 * 10 ** (n / 10) for n in range(60)]  # to 8


def build_valley(at: int, noise: float = 0.0) -> list[float]:
    """Level for ten steps, evenly down to step `at`, then steeply up; steps differ by noise."""
    down = [2.0 - 1.5 * max(0, n - 9) / (at - 9) for n in range(at + 1)]
    up = [0.5 + 2.0 * (n - at) for n in range(at + 1, 60)]
    return [loss + noise * (-1) ** n for n, loss in enumerate(down + up)]


def test_the_rates_rise_evenly_around_the_default() -> None:
    rates = list_rates(1e-3)
    assert len(rates) == 100
    assert (rates[0], rates[-1]) == pytest.approx((1e-6, 1.0))
    assert rates[34] / rates[33] == pytest.approx(rates[1] / rates[0]) == 10 ** (6 / 99)
    # SGD's default is higher; no recipe takes a rate above 10.
    assert (list_rates(2e-2)[0], list_rates(2e-2)[-1]) == pytest.approx((2e-5, 10.0))


def test_the_suggestion_is_a_tenth_of_the_rate_with_the_lowest_smoothed_loss() -> None:
    found = read_range(RATES, build_valley(40), exploded=False)
    # The smoothed curve lags, so its lowest point is where the plain one has crossed it from below.
    lowest = found.smoothed.index(min(found.smoothed))
    assert lowest == 40 or found.losses[lowest] < found.smoothed[lowest - 1]
    assert 40 <= lowest <= 42
    assert found.suggestion == pytest.approx(RATES[lowest] / 10, rel=0.05)
    assert f"{RATES[lowest]:.2g}" in found.reason


def test_a_level_curve_suggests_nothing_and_says_so() -> None:
    found = read_range(RATES, [0.7] * 60, exploded=False)
    assert found.suggestion is None
    assert "by more than chance" in found.reason
    assert "0.700" in found.reason


def test_a_fall_within_the_noise_of_batches_suggests_nothing() -> None:
    # Ten steps of 2 ± .3 differ by .316; a fall of .25 is less, one of 1.5 is more.
    losses = [2.0 + 0.3 * (-1) ** n - 0.25 * n / 59 for n in range(60)]
    assert read_range(RATES, losses, exploded=True).suggestion is None
    assert read_range(RATES, build_valley(40, noise=0.3), exploded=True).suggestion is not None


def test_a_rising_curve_suggests_nothing() -> None:
    assert read_range(RATES, [1 + n / 10 for n in range(60)], exploded=True).suggestion is None


def test_a_loss_that_falls_to_the_end_tells_no_rate_unless_it_was_the_end_of_learning() -> None:
    falling = [2.0 - n / 40 for n in range(60)]
    open_end = read_range(RATES, falling, exploded=False)
    assert open_end.suggestion is None
    assert "still falls at the highest rate" in open_end.reason
    # The next step's loss was no number: the last rate is the edge.
    assert read_range(RATES, falling, exploded=True).suggestion == pytest.approx(0.79)


@pytest.mark.parametrize(("losses", "exploded"), [([1.0], False), ([1.0, 0.4], True)])
def test_a_test_that_ended_at_once_is_read_too(losses: list[float], exploded: bool) -> None:
    found = read_range(RATES[: len(losses)], losses, exploded)
    assert found.suggestion is None
    assert len(found.smoothed) == len(found.rates) == len(losses)


def test_an_explosion_is_far_above_the_lowest_and_above_the_beginning() -> None:
    assert not has_exploded([])
    assert not has_exploded([1.0] * 30)
    # Learned by heart to nothing, then a jump that is still far below the beginning.
    assert not has_exploded([1.0] * 5 + [0.0001] * 60 + [0.5])
    assert has_exploded([1.0] * 10 + [0.5] * 10 + [60.0])
