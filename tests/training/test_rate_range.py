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


def test_the_suggestion_is_the_rate_at_which_the_smoothed_loss_falls_fastest() -> None:
    # Level, then a steep fall from step 20 to 26, then a gentle one to step 45, then up.
    steep = [2.0] * 20 + [1.8, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6]
    losses = [*steep, *[0.6 - 0.02 * n for n in range(1, 20)], *[0.3 + 2.0 * n for n in range(14)]]
    found = read_range(RATES, losses, exploded=True)
    # The smoothed curve lags by a few steps; ten of them are a factor of ten.
    assert found.suggestion is not None
    assert RATES[23] < found.suggestion < RATES[31]
    slopes = [found.smoothed[n + 5] - found.smoothed[n - 5] for n in range(10, 46)]
    assert found.suggestion == pytest.approx(RATES[10 + slopes.index(min(slopes))], rel=0.05)
    assert "from 2.000 at the beginning" in found.reason


def test_few_images_that_are_learned_by_heart_tell_a_rate_too() -> None:
    # The loss reaches nothing and stays there up to the highest rate.
    losses = [1.1] * 15 + [1.1 - 0.1 * n for n in range(1, 11)] + [0.0] * 35
    found = read_range(RATES, [max(0.0, loss) for loss in losses], exploded=False)
    assert found.suggestion is not None
    assert RATES[15] < found.suggestion < RATES[30]


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
