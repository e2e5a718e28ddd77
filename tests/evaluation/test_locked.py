"""A locked operating point: what it decides, and whether it survives its file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.detection import build_detection
from medapp.evaluation.locked import KEY, Locked, decide, lock, read_locked
from medapp.evaluation.operating import Choice, judge_threshold, operate
from medapp.evaluation.predictive import Rate
from medapp.evaluation.rules import Rule
from medapp.task import find_task

CLASSES = ("glioma", "meningioma", "none")
CHOICE = Choice(Rule("sensitivity", 0.95), "validation split", 100, 40, 0.975, 0.8)


def build_locked(threshold: float, *positives: str) -> Locked:
    share = Rate(0.9, (0.8, 0.96))
    return Locked(positives, threshold, CHOICE, 150, "patients", 90, share, None)


def test_the_finding_is_called_from_its_threshold_on() -> None:
    locked = build_locked(0.3, "glioma", "meningioma")
    rows = np.array([[0.1, 0.2, 0.7], [0.1, 0.19, 0.71], [0.6, 0.3, 0.1], [0.0, 0.3, 0.7]])
    # 0.30 reaches the threshold, 0.29 does not; of the finding's classes the most probable.
    assert locked.decide(rows, CLASSES).tolist() == [1, 2, 0, 1]
    assert locked.add_up(rows, CLASSES).round(9).tolist() == [0.3, 0.29, 0.9, 0.3]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.01, 0.99))
def test_of_two_classes_a_threshold_is_a_threshold(scores: list[float], limit: float) -> None:
    rows = np.array([[1 - p, p] for p in scores])
    decided = build_locked(limit, "ill").decide(rows, ("well", "ill"))
    assert decided.tolist() == [int(p >= limit) for p in scores]


def test_findings_that_do_not_exclude_each_other_keep_their_own_thresholds() -> None:
    locked = build_locked(0.1, "a")
    rows = np.array([[0.2, 0.9]])
    several = find_task("multi-label")
    assert decide(several, ("a", "b"), rows, (0.5, 0.5), locked).tolist() == [[False, True]]
    single = find_task("single-label")
    assert decide(single, ("a", "b"), rows, (), locked).tolist() == [0]
    assert decide(single, ("a", "b"), rows, (), None).tolist() == [1]


def test_a_point_that_a_rule_chose_survives_the_file() -> None:
    truth = [0] * 30 + [1] * 30
    scores = np.linspace(0, 1, 60)
    rows = np.stack([1 - scores, scores], axis=1)
    found = build_detection(rows, truth, ("well", "ill"), where="validation split")
    point = operate(found, 0.1, found, Rule("youden"))
    locked = lock(point, ["ill"])
    assert read_locked(locked.to_metadata()) == locked
    assert (locked.finding, locked.n, locked.counted) == ("ill", 60, "images")
    assert "highest sensitivity + specificity, chosen on 60 images" in locked.describe()
    with pytest.raises(ValueError, match="no rule"):
        lock(judge_threshold(found, 0.5), ["ill"])


@pytest.mark.parametrize("text", ["", "{}", '{"positives": ["a"]}', "[1]", "[" * 99999])
def test_a_damaged_entry_locks_nothing(text: str) -> None:
    assert read_locked({KEY: text}) is None
