"""Decision curves, by hand and by their definition."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medapp.evaluation.detection import Detection
from medapp.evaluation.net_benefit import trace_decisions


def detect(scores: np.ndarray, true: np.ndarray, images: int = 1) -> Detection:
    return Detection("nodule", scores, true, np.arange(len(true)) // images, "patients")


def test_net_benefit_by_hand() -> None:
    """At one fifth: two hits and one false alarm of ten, 2/10 − 1/10 · ¼; all: 3/10 − 7/10 · ¼."""
    scores = np.array([0.9, 0.3, 0.1, 0.4, *[0.05] * 6])
    true = np.array([1, 1, 1, *[0] * 7], dtype=bool)
    curve = trace_decisions(detect(scores, true), np.array([0.2]))
    assert curve is not None
    (point,) = curve.points
    assert point.model == pytest.approx(0.2 - 0.025)
    assert point.all == pytest.approx(0.3 - 0.175)
    assert point.gain == pytest.approx(0.05)
    assert not point.is_better
    assert trace_decisions(detect(scores[:3], true[:3])) is None


@given(st.integers(20, 60), st.integers(0, 2**32 - 1))
def test_net_benefit_follows_from_sensitivity_and_specificity(n: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.random(n)
    true = generator.random(n) < scores
    assume(true.any() and not true.all())
    curve = trace_decisions(detect(scores, true, 2))
    assert curve is not None
    for point in curve.points[::7]:
        t = point.threshold
        sensitivity = (scores[true] >= t).mean()
        alarms = (scores[~true] >= t).mean()
        share = true.mean()
        expected = share * sensitivity - (1 - share) * alarms * t / (1 - t)
        assert point.model == pytest.approx(expected)
        assert point.interval[0] <= point.model <= point.interval[1]


def test_a_good_model_is_useful_in_a_span_and_a_coin_is_not() -> None:
    generator = np.random.default_rng(1)
    true = np.arange(400) < 120
    odds = 3 * true - 1.5 + generator.normal(size=400)
    good = trace_decisions(detect(1 / (1 + np.exp(-odds)), true))
    assert good is not None
    ((low, high),) = good.useful
    assert low < 0.3 < high
    coin = trace_decisions(detect(generator.random(400), true))
    assert coin is not None
    assert coin.useful == []


def test_a_few_sure_calls_are_no_proof_at_a_threshold_where_one_false_alarm_costs_much() -> None:
    true = np.arange(200) < 100
    scores = np.where(np.arange(200) < 6, 0.99, 0.4)
    curve = trace_decisions(detect(scores, true), np.array([0.5, 0.98]))
    assert curve is not None
    even, strict = curve.points
    assert even.model == strict.model == pytest.approx(0.03)
    assert even.interval[0] > 0
    assert not strict.is_better
    assert strict.interval[0] < 0
