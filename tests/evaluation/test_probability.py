"""Figures of probabilities, beside scikit-learn and values made by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from medapp.evaluation.probability import (
    estimate_brier,
    estimate_log_loss,
    judge_probabilities,
)
from medapp.task import find_task

NAN = float("nan")


def draw(k: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities (N, K) and truths (N,)."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(k), n)
    truths = np.array([generator.choice(k, p=row) for row in probabilities])
    return probabilities, truths


@given(st.integers(2, 5), st.integers(30, 80), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_figures_are_those_of_scikit_learn(k: int, n: int, seed: int) -> None:
    probabilities, truths = draw(k, n, seed)
    names = [f"class {c}" for c in range(k)]
    found = judge_probabilities(probabilities, truths, names)
    decided = probabilities.argmax(axis=1)
    labels = np.arange(k)
    brier = np.square(probabilities - np.eye(k)[truths]).sum(axis=1).mean() / 2
    assert found.brier is not None
    assert found.brier.value == pytest.approx(brier)
    assert found.log_loss is not None
    expected = metrics.log_loss(truths, probabilities, labels=labels)
    assert found.log_loss.value == pytest.approx(expected)
    if found.mcc is not None:
        assert found.mcc.value == pytest.approx(metrics.matthews_corrcoef(truths, decided))
    if found.kappa is not None:
        assert found.kappa.value == pytest.approx(metrics.cohen_kappa_score(truths, decided))
    for c, name in enumerate(names):
        is_it = (truths == c).astype(int)
        of_class = found.per_class[name]
        assert of_class.brier is not None
        expected = metrics.brier_score_loss(is_it, probabilities[:, c], labels=[0, 1])
        assert of_class.brier.value == pytest.approx(expected)
        if of_class.npv is not None:
            npv = metrics.precision_score(is_it == 0, decided != c, zero_division=0)
            assert of_class.npv.value == pytest.approx(npv)
        for figure in (of_class.brier, of_class.npv, of_class.mcc):
            if figure is not None:
                assert figure.interval[0] <= figure.value <= figure.interval[1]


def test_two_classes_by_hand_stand_beside_guessing_and_shares() -> None:
    """Errors .1², .4², .3², .6²: .01 + .16 + .09 + .36 = .62, over 4."""
    scores = np.array([0.9, 0.6, 0.3, 0.6])
    found = judge_probabilities(
        np.stack([1 - scores, scores], axis=1), [1, 1, 0, 0], ("normal", "nodule")
    )
    assert found.brier is not None
    assert found.brier.value == pytest.approx(0.155)
    assert (found.brier.chance, found.brier.shares) == (0.25, 0.25)
    assert found.log_loss is not None
    expected = -np.log([0.9, 0.6, 0.7, 0.4]).mean()
    assert found.log_loss.value == pytest.approx(expected)
    assert found.log_loss.shares == pytest.approx(np.log(2))
    # Two found, one false alarm, one right refusal: NPV 1; MCC 2 / (2·√3) by its four margins.
    of_class = found.per_class["nodule"]
    assert of_class.npv is not None
    assert of_class.npv.value == 1.0
    assert found.mcc is not None
    assert found.mcc.value == pytest.approx(2 / np.sqrt(3 * 2 * 2 * 1))
    assert [one.of for one in found.reliability] == ["nodule"]


def test_a_finding_is_judged_on_the_images_of_which_it_is_known() -> None:
    targets = np.array([[1, 0], [NAN, 1], [0, NAN], [0, 0]])
    scores = np.array([[0.8, 0.1], [0.2, 0.7], [0.4, 0.9], [0.1, 0.2]])
    found = judge_probabilities(scores, targets, ("mass", "nodule"), task=find_task("multi-label"))
    mass, nodule = found.per_class["mass"].brier, found.per_class["nodule"].brier
    assert mass is not None
    assert nodule is not None
    assert mass.value == pytest.approx((0.04 + 0.16 + 0.01) / 3)
    assert nodule.value == pytest.approx((0.01 + 0.09 + 0.04) / 3)
    assert found.brier is not None
    assert found.brier.value == pytest.approx((mass.value + nodule.value) / 2)
    assert (found.mcc, found.kappa) == (None, None)
    assert [(one.of, one.n) for one in found.reliability] == [("mass", 3), ("nodule", 3)]


def test_copies_of_a_patient_s_image_leave_values_and_do_not_shrink_intervals() -> None:
    probabilities, truths = draw(3, 60, 1)
    once = judge_probabilities(probabilities, truths, "abc")
    patients = [str(i // 4) for i in range(240)]
    rows = np.repeat(np.arange(60), 4)
    again = judge_probabilities(probabilities[rows], truths[rows], "abc", patients)
    for name in ("brier", "log_loss", "mcc", "kappa"):
        single, several = getattr(once, name), getattr(again, name)
        assert several.value == pytest.approx(single.value)
        assert several.interval == pytest.approx(single.interval, abs=0.01)


def test_a_constant_decision_has_no_correlation() -> None:
    found = judge_probabilities([[0.9, 0.1]] * 6, [0, 0, 0, 1, 1, 1], ("a", "b"))
    assert found.mcc is None
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.0)
    assert found.per_class["b"].npv is not None
    empty = judge_probabilities([], [], ("a", "b"))
    assert (empty.brier, empty.log_loss, empty.mcc, empty.reliability) == (None, None, None, ())
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["n"] == 6


def test_a_loss_of_nothing_is_still_in_doubt() -> None:
    found = estimate_log_loss(np.zeros(50), np.arange(50), 50)
    assert found is not None
    assert found.value == found.interval[0] == 0.0
    assert found.interval[1] > 1
    assert estimate_log_loss(np.empty(0), np.empty(0, np.intp), 0) is None
    assert estimate_brier(np.empty(0), np.empty(0, np.intp), 0) is None
