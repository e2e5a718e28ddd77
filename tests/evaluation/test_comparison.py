"""Two figures of the same images, subtracted."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t

from medapp.evaluation.comparison import Difference, correct_holm, subtract, subtract_means
from medapp.evaluation.estimates import Estimate, estimate_share
from medapp.evaluation.evaluate import estimate_figures, evaluate
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.intervals import Z, find_student
from medapp.task import find_task


def share(hits: list[int]) -> Estimate:
    mask = np.array(hits, dtype=bool)
    found = estimate_share(mask, np.ones_like(mask), np.arange(len(mask)), len(mask))
    assert found is not None
    return found


def test_of_independent_shares_the_interval_is_newcombe_s() -> None:
    """Newcombe 1998, table II, example (a): 56/70 - 48/80 is .2 [.0524, .3339] by his method 10."""
    # Shares of different images have nothing in common: shifts at right angles.
    first, second = share([1] * 56 + [0] * 14), share([1] * 48 + [0] * 32)
    apart = [
        Estimate(e.value, e.interval, np.pad(e.shifts, pad))
        for e, pad in ((first, (0, 80)), (second, (70, 0)))
    ]
    difference = subtract(apart[0], apart[1])
    assert difference.value == pytest.approx(0.2)
    assert difference.interval == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert difference.p < 0.05


def test_what_two_models_have_in_common_makes_the_interval_narrower() -> None:
    easy = [1] * 60
    first = share(easy + [1] * 30 + [0] * 10)
    alike = subtract(first, share(easy + [1] * 15 + [0] * 25))
    unlike = subtract(first, share([0] * 25 + [1] * 75))
    assert alike.value == unlike.value == pytest.approx(0.15)
    assert alike.interval[1] - alike.interval[0] < unlike.interval[1] - unlike.interval[0]
    # Of 15 patients all 15 speak for the first; McNemar's exact p is 2 / 2 ** 15.
    assert alike.p < 0.001


def test_models_that_agree_on_all_are_not_said_to_be_equal() -> None:
    difference = subtract(share([1] * 30 + [0] * 3), share([1] * 30 + [0] * 3))
    assert (difference.value, difference.p, difference.find_needed()) == (0.0, 1.0, None)
    low, high = difference.interval
    assert low < -0.05
    assert high > 0.05


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_turned_around_it_is_the_same_and_p_agrees_with_the_interval(
    pairs: list[tuple[bool, bool]],
) -> None:
    first, second = (share([int(pair[side]) for pair in pairs]) for side in (0, 1))
    one, other = subtract(first, second), subtract(second, first)
    assert one.value == pytest.approx(-other.value)
    assert one.interval == pytest.approx(tuple(-end for end in reversed(other.interval)))
    assert one.p == pytest.approx(other.p)
    assert one.interval[0] <= one.value <= one.interval[1]
    is_outside = one.interval[0] > 0 or one.interval[1] < 0
    assert is_outside == (one.p < 2 * NormalDist().cdf(-Z) - 1e-12)


def test_estimates_of_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match="not of 3 and 2"):
        subtract(share([1, 0, 1]), share([1, 0]))


def test_how_many_more_would_show_it() -> None:
    """A z of 1 needs (1.96 + 0.8416)² = 7.85 times as many for a power of 80%."""
    first = Estimate(0.6, (0.5, 0.7), np.array([Z**-1, 0.0]))
    second = Estimate(0.5, (0.5, 0.5), np.array([0.0, 0.0]))
    difference = subtract(first, second)
    assert difference.find_needed() == pytest.approx((1 + 0.8416212 / Z) ** 2)
    half = Estimate(0.55, (0.45, 0.65), first.shifts)
    assert subtract(half, second).find_needed() == pytest.approx((2 * (1 + 0.8416212 / Z)) ** 2)


def test_the_interval_is_that_of_a_paired_bootstrap_over_patients() -> None:
    """Of 150 patients with 1 to 4 images each, of which two models see 8 and 7 of 10 rightly."""
    generator = np.random.default_rng(11)
    patients = np.repeat(np.arange(150), generator.integers(1, 5, 150))
    n = len(patients)
    truth = generator.integers(0, 2, n)
    ease = generator.normal(size=150)[patients]  # what both models have in common
    said = [
        np.where(generator.normal(size=n) + ease < 1.4 * limit, truth, 1 - truth)
        for limit in (0.84, 0.52)
    ]
    names = [f"{patient}" for patient in patients]
    task = find_task("single-label")
    found = [
        estimate_figures(np.eye(2)[one], truth, ("a", "b"), names, task)["balanced_accuracy"]
        for one in said
    ]
    paired = subtract(*found)

    def score(one: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
        right = one[rows] == truth[rows]
        return float(np.mean([right[truth[rows] == label].mean() for label in (0, 1)]))

    of_patient = [np.flatnonzero(patients == patient) for patient in range(150)]
    draws = [
        np.concatenate([of_patient[i] for i in generator.integers(0, 150, 150)])
        for _ in range(2000)
    ]
    differences = [score(said[0], rows) - score(said[1], rows) for rows in draws]
    low, high = np.percentile(differences, [2.5, 97.5])
    assert paired.interval == pytest.approx((low, high), abs=0.1 * (high - low))


def test_so_many_units_show_the_difference_four_times_in_five() -> None:
    """Of 40 units a difference of .1 with a spread of .5: simulated with as many as were said."""
    generator = np.random.default_rng(5)
    spread, effect, units = 0.5, 0.1, 40
    reach = Z * spread / np.sqrt(units)
    difference = Difference(effect, 0.0, (effect - reach, effect + reach))
    for compared in (1, 3):
        factor = difference.find_needed(compared)
        assert factor is not None
        needed = round(factor * units)
        means = generator.normal(effect, spread / np.sqrt(needed), 20_000)
        level = NormalDist().inv_cdf(1 - 0.05 / compared / 2)
        told = np.abs(means) > level * spread / np.sqrt(needed)
        assert told.mean() == pytest.approx(0.8, abs=0.015)


def test_more_units_do_not_lessen_the_doubt_over_seeds() -> None:
    """With units at k times as many the reach is √((.09² − .02²) / k + .02²): .1 · Z / 2.8016."""
    difference = Difference(0.1, 0.0, (0.01, 0.19), seed_reach=0.02)
    factor = difference.find_needed()
    assert factor is not None
    reach = np.sqrt((0.09**2 - 0.02**2) / factor + 0.02**2)
    assert reach == pytest.approx(0.1 * Z / (Z + 0.8416212))
    assert Difference(0.1, 0.0, (0.01, 0.19), seed_reach=0.08).find_needed() is None


def test_the_spread_of_seeds_widens_the_interval() -> None:
    """Seeds .8 .9 and .6 .7: pooled variance .005 with 2 degrees, so 4.3027 · √(.005 · 1)."""
    flat = np.zeros(4)
    firsts = [Estimate(value, (value, value), flat) for value in (0.8, 0.9)]
    seconds = [Estimate(value, (value, value), flat) for value in (0.6, 0.7)]
    difference = subtract_means(firsts, seconds)
    assert difference.value == pytest.approx(0.2)
    assert difference.find_needed() is None  # seeds alone leave as wide an interval
    reach = 4.3027 * np.sqrt(0.005)
    assert difference.interval == pytest.approx((0.2 - reach, 0.2 + reach))
    assert difference.p == pytest.approx(2 * NormalDist().cdf(-Z * 0.2 / reach))
    one = subtract_means(firsts[:1], seconds[:1])
    assert one == subtract(firsts[0], seconds[0])
    with pytest.raises(ValueError, match="needs an estimate"):
        subtract_means([], seconds)


def test_holm_s_correction() -> None:
    """Holm 1979: .01 · 4, .02 · 3, .03 · 2, and never below one before it."""
    corrected = correct_holm({"d": 0.6, "a": 0.01, "c": 0.03, "b": 0.02})
    assert corrected == pytest.approx({"d": 0.6, "a": 0.04, "c": 0.06, "b": 0.06})
    assert list(corrected) == ["d", "a", "c", "b"]
    assert correct_holm({"a": 0.7, "b": 0.8}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 10, 15, 40])
def test_student_s_quantile(freedom: int) -> None:
    assert find_student(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=2e-3)


@pytest.mark.parametrize("task", ["single-label", "multi-label", "ordinal"])
def test_estimates_are_the_figures_of_an_evaluation(task: str) -> None:
    generator = np.random.default_rng(3)
    classes = ("nodule", "normal")
    truth = generator.integers(0, 2, 60)
    targets = np.eye(2)[truth] if task == "multi-label" else truth
    scores = generator.dirichlet([1, 1], 60)
    patients = [str(i // 3) for i in range(60)]
    given = (scores, targets, classes, patients, find_task(task))
    found = estimate_figures(*given)
    headlines = list_headlines(evaluate(*given))
    assert headlines
    for headline in headlines:
        assert found[headline.name].value == headline.value
        assert found[headline.name].interval == headline.interval
        assert found[headline.name].shifts.shape == (20,)
