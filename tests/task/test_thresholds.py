"""Thresholds of findings: where sensitivity and specificity together are highest."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_curve

from medapp.task.thresholds import FEWEST, choose_thresholds


def test_a_threshold_lies_midway_between_the_two_kinds() -> None:
    scores = np.array([0.02, 0.04, 0.05, 0.07, 0.08, 0.12, 0.2, 0.3, 0.4, 0.6])
    targets = (np.arange(10) >= 5).astype(float)
    assert choose_thresholds(scores[:, None], targets[:, None]) == (pytest.approx(0.10),)


def test_of_equal_ones_the_lowest_misses_fewest() -> None:
    # Cut below image 3 or above it: both indices are 0.8.
    targets = np.array([0, 0, 0, 0, 1, 0, 1, 1, 1, 1], float)
    scores = np.arange(10) / 10
    assert choose_thresholds(scores[:, None], targets[:, None]) == (pytest.approx(0.35),)


@given(
    hnp.arrays(float, 40, elements=st.integers(0, 9).map(lambda i: i / 9)),
    hnp.arrays(float, 40, elements=st.sampled_from([0.0, 1.0, math.nan])),
)
@settings(max_examples=80)
def test_no_other_threshold_has_a_higher_index(scores: np.ndarray, targets: np.ndarray) -> None:
    (threshold,) = choose_thresholds(scores[:, None], targets[:, None])
    known = ~np.isnan(targets)
    truth, found = targets[known] == 1, scores[known] >= threshold
    if min(truth.sum(), (~truth).sum()) < FEWEST or len(set(scores[known])) < 2:
        assert threshold == 0.5
        return
    index = found[truth].mean() - found[~truth].mean()
    false_rate, true_rate, _ = roc_curve(truth, scores[known])
    # To call all images the same has an index of 0 and is no threshold.
    inner = (true_rate - false_rate)[1:-1]
    assert index == pytest.approx(inner.max())
    assert scores[known].min() < threshold < scores[known].max()


def test_each_finding_has_its_own_and_a_rare_one_keeps_one_half() -> None:
    generator = np.random.default_rng(0)
    targets = np.column_stack([np.arange(50) < 25, np.arange(50) < 4]).astype(float)
    scores = 0.1 * targets + 0.05 * generator.random((50, 2))
    common, rare = choose_thresholds(scores, targets)
    assert 0.05 < common < 0.1
    assert rare == 0.5
