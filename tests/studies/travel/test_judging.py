"""Figures with labels of the other hospital."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from medapp.studies.travel.judging import Truth, choose_by, judge


def test_a_figure_is_the_balanced_accuracy_and_stands_beside_the_models_own() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    truth = Truth(labels, np.arange(6))
    own = np.array([0, 0, 1, 1, 1, 0])
    better = np.array([0, 0, 0, 1, 1, 1])
    figure = judge(truth, better, own)
    assert figure.balanced_accuracy == pytest.approx(0.875)
    assert figure.balanced_accuracy == pytest.approx(balanced_accuracy_score(labels, better))
    assert figure.gain == pytest.approx(0.375)
    assert judge(truth, own).gain is None


def test_a_gain_over_many_images_excludes_nothing_and_one_over_few_does_not() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(400) % 2
    own = np.where(random.random(400) < 0.6, labels, 1 - labels)
    better = np.where(random.random(400) < 0.9, labels, 1 - labels)
    many = judge(Truth(labels, np.arange(400)), better, own).gain_interval
    few = judge(Truth(labels[:12], np.arange(12)), better[:12], own[:12]).gain_interval
    one = judge(Truth(labels, np.arange(400) // 40), better, own).gain_interval
    assert many is not None
    assert few is not None
    assert one is not None
    assert many[0] > 0.15
    assert few[1] - few[0] > 2 * (many[1] - many[0])


def test_of_equals_the_first_is_chosen() -> None:
    truth = Truth(np.array([0, 1]), np.arange(2))
    right, wrong = np.array([0, 1]), np.array([1, 1])
    assert choose_by(truth, {"a": wrong, "b": right, "c": right}) == "b"
