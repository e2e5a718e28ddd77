import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t
from sklearn.covariance import ledoit_wolf

from medapp.evaluation.familiarity import (
    ALIEN_VERDICT,
    FAMILIAR_VERDICT,
    Familiarity,
    find_shrinkage,
    fit_familiarity,
    read_familiarity,
)


def draw(n: int, seed: int, shift: float = 0.0) -> list[np.ndarray]:
    """Features of two stages (n, 6) and (n, 40), correlated, some dead."""
    rng = np.random.default_rng(seed)
    mix = np.random.default_rng(99).normal(0, 1, (40, 40)) / 6
    first = rng.normal(0, 1, (n, 6)) + shift
    second = rng.normal(0, 1, (n, 40)) @ mix + shift
    second[:, 7] = 0.0
    return [first, second]


def fit(training: int = 300, held_out: int = 200) -> Familiarity:
    found = fit_familiarity(draw(training, 0), draw(held_out, 1))
    assert found is not None
    return found


def test_shrinkage_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    for n, width in ((30, 50), (200, 12), (15, 3)):
        rows = rng.normal(0, 1, (n, width)) * rng.uniform(0.2, 3, width)
        rows -= rows.mean(0)
        covariance = rows.T @ rows / n
        shrunken, share = ledoit_wolf(rows, assume_centered=True)
        ours = find_shrinkage(rows, covariance)
        assert ours == pytest.approx(share, abs=1e-9)
        target = np.trace(covariance) / width * np.eye(width)
        assert (1 - ours) * covariance + ours * target == pytest.approx(shrunken)


def test_distance_with_all_axes_is_mahalanobis_by_hand() -> None:
    training = [draw(300, 0)[0]]
    found = fit_familiarity(training, [draw(50, 1)[0]], axes=6)
    assert found is not None
    rows = draw(9, 2)[0]
    mean, spread = training[0].mean(0), training[0].std(0)
    standard = (training[0] - mean) / spread
    inverse = np.linalg.inv(ledoit_wolf(standard, assume_centered=True)[0])
    each = (rows - mean) / spread
    by_hand = np.log(np.einsum("ni,ij,nj->n", each, inverse, each))
    assert found.spaces[0].measure(rows) == pytest.approx(by_hand, abs=5e-3)


def test_own_kind_is_familiar_and_another_is_not() -> None:
    found = fit()
    own = found.judge(draw(1000, 3))
    unlike = np.mean([familiar.verdict != FAMILIAR_VERDICT for familiar in own])
    assert 0.002 < unlike < 0.025
    assert not any(familiar.is_alien for familiar in own)
    other = found.judge(draw(50, 4, shift=8.0))
    assert {familiar.verdict for familiar in other} == {ALIEN_VERDICT}


def test_percentile_is_the_share_of_the_predictive_distribution() -> None:
    found = fit(held_out=25)
    features = draw(40, 5)
    shares = [familiar.percentile for familiar in found.judge(features)]
    scores = found.score(features)
    assert shares == pytest.approx(100 * t.cdf(scores / np.sqrt(1 + 1 / 25), df=24))


def test_held_out_images_are_usual_on_average() -> None:
    found = fit()
    scores = found.score(draw(200, 1))
    assert scores.mean() == pytest.approx(0, abs=1e-9)
    assert scores.std(ddof=1) == pytest.approx(1, abs=1e-9)


def test_too_few_images_say_nothing() -> None:
    assert fit_familiarity(draw(19, 0), draw(50, 1)) is None
    assert fit_familiarity(draw(50, 0), draw(9, 1)) is None
    assert fit_familiarity(draw(20, 0), draw(10, 1)) is not None


def test_what_is_kept_comes_back_and_judges_alike() -> None:
    found = fit()
    again = read_familiarity(found.to_arrays())
    assert (again.held_out, again.learned) == (200, 300)
    features = draw(30, 6)
    assert again.score(features) == pytest.approx(found.score(features), abs=1e-4)


def test_no_image_s_features_are_kept() -> None:
    arrays = fit(training=500).to_arrays()
    widths = {6, 32, 40}
    assert all(set(array.shape) & {500, 200} == set() for array in arrays.values())
    assert sum(array.nbytes for array in arrays.values()) < 10_000
    assert {arrays["0.axes"].shape[1], arrays["1.axes"].shape[1]} <= widths


def test_features_that_never_change_break_nothing() -> None:
    flat = [np.zeros((40, 5))]
    found = fit_familiarity(flat, [np.zeros((20, 5))])
    assert found is not None
    assert found.judge([np.zeros((1, 5))])[0].verdict == FAMILIAR_VERDICT
    assert found.judge([np.full((1, 5), 9.0)])[0].is_alien


@given(st.floats(0.1, 50), st.integers(0, 50))
def test_farther_off_is_never_more_familiar(step: float, seed: int) -> None:
    found = fit()
    direction = np.random.default_rng(seed).normal(0, 1, 6)
    at = [found.spaces[0].mean + factor * direction for factor in (4 * step, 5 * step)]
    near, far = (found.spaces[0].measure(point[None])[0] for point in at)
    assert near <= far
