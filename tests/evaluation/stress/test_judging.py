"""Answers on changed images beside those on unchanged ones: by hand, and by the library's own."""

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.evaluation.comparison import subtract
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.stress.judging import Answered, Judge
from medapp.task import find_task

ONE = find_task("single-label")
SEVERAL = find_task("multi-label")
CLASSES = ("a", "b")


def answer(of_b: NDArray[np.float64], verdict: str | None = "familiar") -> Answered:
    return Answered(np.stack([1 - of_b, of_b], axis=1), (verdict,) * len(of_b))


def build_judge(plain: Answered, truth: NDArray[np.int64]) -> Judge:
    patients = [None] * len(truth)
    return Judge(plain, truth, CLASSES, patients, ONE, (), "balanced_accuracy")


def test_nothing_changed_is_a_drop_of_0_whose_interval_is_not_empty() -> None:
    truth = np.repeat([0, 1], 50)
    plain = answer(np.where(truth == 1, 0.9, 0.2))
    level = build_judge(plain, truth).judge(plain, 1.0)
    assert level.drop is not None
    assert level.drop.value == 0
    # Of each class 0 of 50 were lost: Wilson's upper end, averaged over two classes in squares,
    # and once more for what was won.
    end = find_wilson(0.0, 50)[1] / np.sqrt(2)
    assert level.drop.interval == pytest.approx((-end, end))
    assert level.flipped.value == 0
    assert level.unlike is not None
    assert level.unlike.value == 0


def test_a_balanced_accuracy_falls_by_what_is_lost_less_what_is_won() -> None:
    truth = np.array([0] * 10 + [1] * 20)
    before = np.where(truth == 1, 0.9, 0.2)
    before[0] = 0.8  # wrong, and put right by the change
    after = before.copy()
    after[0] = 0.1
    after[10:16] = 0.3
    level = build_judge(answer(before), truth).judge(answer(after, "unlike"), 2.0)
    # Of class a 1 of 10 is won, of class b 6 of 20 are lost: (0.3 - 0.1) / 2.
    assert level.drop is not None
    assert level.drop.value == pytest.approx(0.1)
    assert level.figure is not None
    assert level.figure.value == pytest.approx((1 + 0.7) / 2)
    assert level.drop.interval[0] < 0.1 < level.drop.interval[1]
    assert level.flipped.value == pytest.approx(7 / 30)
    assert level.strength == 2.0
    assert level.unlike is not None
    assert level.unlike.value == 1
    assert level.alien is not None
    assert level.alien.value == 0


def test_drops_hold_the_truth_about_as_often_as_they_say() -> None:
    """Answers flip independently: of right ones 20%, of wrong ones 10%; a tenth is wrong."""
    random = np.random.default_rng(0)
    truth = np.repeat([0, 1], 60)
    true = 0.9 * 0.2 - 0.1 * 0.1
    held = 0
    for _ in range(200):
        right = random.random(120) < 0.9
        flips = random.random(120) < np.where(right, 0.2, 0.1)
        before, after = (np.where(truth == 1, ok, ~ok) * 0.8 + 0.1 for ok in (right, right ^ flips))
        level = build_judge(answer(before), truth).judge(answer(after), 1.0)
        assert level.drop is not None
        held += level.drop.interval[0] <= true <= level.drop.interval[1]
    assert held >= 184


def test_other_figures_are_subtracted_as_wholes() -> None:
    random = np.random.default_rng(1)
    truth = (random.random((60, 2)) < 0.4).astype(np.float32)
    before = np.clip(0.6 * truth + 0.4 * random.random((60, 2)), 0, 1)
    after = np.clip(before + random.normal(0, 0.3, before.shape), 0, 1)
    patients = [f"p{i // 2}" for i in range(60)]
    limits = (0.5, 0.5)
    plain, changed = (Answered(each, (None,) * 60) for each in (before, after))
    judge = Judge(plain, truth, CLASSES, patients, SEVERAL, limits, "macro_auroc")
    level = judge.judge(changed, 1.0)
    first, second = (
        estimate_figures(each, truth, CLASSES, patients, SEVERAL, limits)["macro_auroc"]
        for each in (before, after)
    )
    expected = subtract(first, second)
    assert level.drop is not None
    assert (level.drop.value, level.drop.interval) == (expected.value, expected.interval)
    either = ((before > 0.5) != (after > 0.5)).any(axis=1)
    assert level.flipped.value == pytest.approx(either.mean(), abs=0.02)
    assert (level.unlike, level.alien) == (None, None)


def test_answers_flip_where_they_cross_a_locked_threshold() -> None:
    """From 0.3 on b is called: three of ten fall below it, one of ten without b rises above it."""
    truth = np.array([0] * 10 + [1] * 10)
    before = np.where(truth == 1, 0.4, 0.2)
    after = before.copy()
    after[0] = 0.35
    after[10:13] = 0.1
    after[13] = 0.9

    def decide(rows: NDArray[np.float64]) -> NDArray[np.intp]:
        return (rows[:, 1] >= 0.3).astype(np.intp)

    plain = answer(before)
    asked = (truth, CLASSES, [None] * 20, ONE, (), "balanced_accuracy")
    level = Judge(plain, *asked, decide).judge(answer(after), 1.0)
    assert level.figure is not None
    assert level.drop is not None
    assert level.figure.value == pytest.approx((0.9 + 0.7) / 2)
    assert level.drop.value == pytest.approx(0.2)
    assert level.flipped.value == pytest.approx(4 / 20)
    # The most probable class was a for all of them, and is b for one now.
    unlocked = Judge(plain, *asked).judge(answer(after), 1.0)
    assert unlocked.flipped.value == pytest.approx(1 / 20)
    assert unlocked.figure is not None
    assert unlocked.figure.value == pytest.approx((1 + 0.1) / 2)
