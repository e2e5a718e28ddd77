"""Figures of grades against scikit-learn and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from medapp.evaluation.agreement import (
    estimate_kappa,
    estimate_mcc,
    estimate_mean_error,
    estimate_quadratic_kappa,
)
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.verdict import judge
from medapp.task import find_task

GRADED = find_task("ordinal")


def give(decisions: list[int], k: int) -> np.ndarray:
    """Probabilities (N, K) that are sure of the decisions."""
    return np.eye(k)[decisions]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=80)
def test_kappa_and_error_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    truths, decisions = np.array(pairs).T
    units = np.arange(len(pairs))
    error = estimate_mean_error(truths, decisions, 4, units, len(pairs))
    assert error is not None
    assert error.value == pytest.approx(mean_absolute_error(truths, decisions))
    assert 0 <= error.interval[0] <= error.value <= error.interval[1] <= 3
    kappa = estimate_quadratic_kappa(truths, decisions, 4, units, len(pairs))
    if len({*truths.tolist(), *decisions.tolist()}) == 1:
        assert kappa is None
        return
    assert kappa is not None
    expected = cohen_kappa_score(truths, decisions, labels=range(4), weights="quadratic")
    assert kappa.value == pytest.approx(expected, abs=1e-12)
    assert -1 <= kappa.interval[0] <= kappa.value <= kappa.interval[1] <= 1


def test_shifts_of_kappa_are_what_leaving_a_patient_out_changes() -> None:
    generator = np.random.default_rng(0)
    owners = np.repeat(np.arange(300), 2)
    truths = generator.integers(0, 5, 600)
    decisions = np.clip(truths + generator.integers(-1, 2, 600), 0, 4)
    whole = estimate_quadratic_kappa(truths, decisions, 5, owners, 300)
    assert whole is not None
    for patient in (0, 100, 299):
        kept = owners != patient
        rest = estimate_quadratic_kappa(truths[kept], decisions[kept], 5, owners[kept], 300)
        assert rest is not None
        assert whole.value - rest.value == pytest.approx(whole.shifts[patient], rel=0.05, abs=1e-6)


def test_perfect_agreement_is_not_called_certain() -> None:
    truths = np.arange(40) % 4
    kappa = estimate_quadratic_kappa(truths, truths, 4, np.arange(40), 40)
    assert kappa is not None
    low, high = find_wilson(1.0, 40)
    assert (kappa.value, kappa.interval) == (1.0, pytest.approx((2 * low - 1, high)))


def test_the_headlines_of_grades_are_kappa_and_error_beside_what_needs_no_model() -> None:
    truths = [0] * 20 + [1] * 10 + [2] * 10
    decisions = [0] * 18 + [1] * 2 + [1] * 10 + [2] * 10
    result = evaluate(give(decisions, 3), truths, ("0", "1", "2"), task=GRADED)
    found = {headline.name: headline for headline in list_headlines(result)}
    assert list(found)[:3] == ["quadratic_kappa", "mean_absolute_error", "balanced_accuracy"]
    assert (found["quadratic_kappa"].chance, found["quadratic_kappa"].majority) == (0.0, 0.0)
    error = found["mean_absolute_error"]
    assert error.value == pytest.approx(2 / 40)
    # Always grade 0: (10 · 1 + 10 · 2) / 40. At random: (20 · 1 + 10 · 2/3 + 10 · 1) / 40.
    assert error.majority == pytest.approx(30 / 40)
    assert error.chance == pytest.approx((20 + 20 / 3 + 10) / 40)
    assert result.positive == ""
    assert judge(result).title.startswith("Better than chance: it misses ")
    assert Evaluation.from_dict(result.to_dict()) == result


def test_the_weakest_grade_is_named_in_the_verdict() -> None:
    truths = [0] * 30 + [1] * 30
    decisions = [0] * 30 + [1] * 24 + [0] * 6
    result = evaluate(give(decisions, 2), truths, ("mild", "severe"), task=GRADED)
    assert "The weakest grade: of 30 images of severe, 6 are missed" in judge(result).text


def test_intervals_of_grades_hold_the_truth_and_do_not_flatter() -> None:
    """A grade of 0 to 3, read off by one who errs by one grade in a third of the images."""
    generator = np.random.default_rng(0)

    def draw(patients: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        owners = np.repeat(np.arange(patients), generator.integers(1, 5, patients))
        truths = generator.integers(0, 4, patients)[owners]
        shared = generator.normal(size=patients)[owners]
        noise = (shared + generator.normal(size=len(owners))) / np.sqrt(2)
        wanted = np.clip(np.rint(truths + 0.6 * noise), 0, 3).astype(int)
        return truths, wanted, owners

    truths, decisions, owners = draw(200_000)
    aims = {
        "quadratic_kappa": cohen_kappa_score(truths, decisions, weights="quadratic"),
        "mean_absolute_error": mean_absolute_error(truths, decisions),
    }
    held = dict.fromkeys(aims, 0)
    flattering = dict.fromkeys(aims, 0)
    for _ in range(200):
        truths, decisions, owners = draw(50)
        groups = [str(owner) for owner in owners]
        result = evaluate(np.eye(4)[decisions], truths, "0123", groups, GRADED)
        for name, aim in aims.items():
            low, high = result.intervals[name] or (0.0, 0.0)
            held[name] += low <= aim <= high
            flattering[name] += low > aim if name == "quadratic_kappa" else high < aim
    for name in aims:
        assert held[name] >= 0.9 * 200, (name, held)
        assert flattering[name] <= 0.05 * 200, (name, flattering)


def test_the_shifts_of_kappa_and_of_matthews_correlation_are_their_derivatives() -> None:
    """An image counted a little more, as a repeated table says it."""
    generator = np.random.default_rng(4)
    truths = generator.integers(0, 3, 40)
    decisions = np.where(generator.random(40) < 0.6, truths, generator.integers(0, 3, 40))
    for estimate in (estimate_kappa, estimate_mcc):
        found = estimate(truths, decisions, 3, np.arange(40), 40)
        assert found is not None
        times = 2000
        more = np.append(np.tile(np.arange(40), times), 7)
        again = estimate(truths[more], decisions[more], 3, np.arange(len(more)), len(more))
        assert again is not None
        slope = (again.value - found.value) * times
        assert found.shifts[7] == pytest.approx(slope * np.sqrt(40 / 39), rel=1e-3)
