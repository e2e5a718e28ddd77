"""Figures with labels of the other hospital."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from medapp.studies.travel.judging import Truth, choose_by, draw_rows, judge, trace_labels


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


def test_copies_and_patients_stay_together_where_labels_are_drawn() -> None:
    groups = np.repeat(np.arange(30), 4)
    truth = Truth(np.arange(120) % 2, groups)
    rows = draw_rows(truth, np.arange(120), 20, [0])
    assert len(rows) == 20
    assert set(np.bincount(groups[rows], minlength=30)) == {0, 4}
    again = draw_rows(truth, np.arange(120), 20, [0])
    assert rows.tolist() == again.tolist()


def test_what_labelling_buys() -> None:
    """Classes that the model cannot tell, and a head with labels can."""
    random = np.random.default_rng(1)
    labels = np.arange(240) % 2
    features = random.normal(size=(240, 8)).astype(np.float32)
    features[:, 0] += 4 * labels
    truth = Truth(labels, np.arange(240))
    own = random.integers(0, 2, 240)
    curve = trace_labels(truth, features, own)
    assert [count for count, _ in curve] == [0, 20, 50, 100]  # half is judged, so 200 are not there
    figures = [figure.balanced_accuracy for _, figure in curve]
    assert figures[0] == pytest.approx(0.5, abs=0.12)
    assert figures[1] > 0.85
    assert figures[3] > 0.95
    assert curve[3][1].gain == pytest.approx(figures[3] - figures[0])


def test_of_equals_the_first_is_chosen() -> None:
    truth = Truth(np.array([0, 1]), np.arange(2))
    right, wrong = np.array([0, 1]), np.array([1, 1])
    assert choose_by(truth, {"a": wrong, "b": right, "c": right}) == "b"
