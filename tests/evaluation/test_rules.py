"""Rules for thresholds as people write them."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medapp.errors import RecipeError, RunError
from medapp.evaluation.detection import Detection
from medapp.evaluation.rules import WAYS, Rule, choose_threshold, list_cuts, read_rule

# Ten with it and ten without; by falling score: yes ×6, no, yes ×2, no ×3, yes, no ×5, yes, no.
ORDER = "1111110110001000001" + "0"
SCORES = np.linspace(0.95, 0.05, 20)


def test_rules_are_read_as_people_write_them() -> None:
    expected = {
        "sensitivity>=0.95": Rule("sensitivity", 0.95),
        "Sensitivity ≥ 95 %": Rule("sensitivity", 0.95),
        "specificity=0.9": Rule("specificity", 0.9),
        "youden": Rule("youden"),
        " cost = 10 ": Rule("cost", 10.0),
        "cost=0.5": Rule("cost", 0.5),
        "threshold=0.37": Rule("threshold", 0.37),
        "Threshold >= 3e-3": Rule("threshold", 0.003),
    }
    for text, rule in expected.items():
        assert read_rule(text) == rule, text


@pytest.mark.parametrize(
    "text",
    [
        *("", "best", "auroc>=0.9", "0.5"),
        *("sensitivity>=", "sensitivity>=1.2", "sensitivity>=0", "sensitivity>=1.2.3"),
        *("cost=0", "cost=-1", "cost=1.2.3"),
        *("threshold=0", "threshold=1", "threshold=37%", "threshold=-0.1", "threshold"),
    ],
)
def test_what_is_no_rule_is_refused_with_examples(text: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(WAYS)):
        read_rule(text)


def detect(order: str = ORDER, scores: np.ndarray = SCORES) -> Detection:
    true = np.array([letter == "1" for letter in order])
    return Detection("nodule", scores, true, np.arange(len(true)), "patients", "validation split")


def count(detection: Detection, threshold: float) -> tuple[int, int]:
    called = detection.scores >= threshold
    return int((called & detection.true).sum()), int((called & ~detection.true).sum())


def test_each_rule_takes_the_threshold_that_it_says() -> None:
    found = detect()
    assert found.true.sum() == 10
    # Hits and false alarms as the threshold falls: 6/0, 8/1, 9/4, 10/9, 10/10.
    expected = {
        "sensitivity>=0.9": (9, 4),
        "sensitivity>=95%": (10, 9),
        "specificity>=0.9": (8, 1),
        "specificity>=1": (6, 0),
        "youden": (8, 1),
        "cost=1": (8, 1),
        # A miss as bad as ten: 9/4 costs 10 + 4, 10/9 costs 9.
        "cost=10": (10, 9),
        # A false alarm as bad as ten misses.
        "cost=0.1": (6, 0),
    }
    for text, cell in expected.items():
        assert count(found, choose_threshold(found, read_rule(text))) == cell, text


def test_a_threshold_that_was_set_is_taken_as_it_is() -> None:
    rule = read_rule("threshold=0.37")
    assert choose_threshold(detect(), rule) == 0.37
    assert str(rule) == "set by hand"
    with pytest.raises(RunError, match="No threshold can be chosen"):
        choose_threshold(detect("1" * 20), rule)
    with pytest.raises(ValueError, match="not picked"):
        rule.pick(np.array([1.0]), np.array([0.0]), 0.5)


def test_a_rare_finding_is_worth_fewer_false_alarms() -> None:
    found = detect()
    common = choose_threshold(found, Rule("cost", 10), prevalence=0.5)
    rare = choose_threshold(found, Rule("cost", 10), prevalence=0.02)
    assert count(found, rare) == (6, 0)
    assert rare > common


def test_a_threshold_is_not_chosen_on_a_handful() -> None:
    with pytest.raises(RunError, match="4 of the patients of the validation split have nodule"):
        choose_threshold(detect("1111" + "0" * 16), Rule("youden"))


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.7, 1.0]), st.booleans()), min_size=12))
def test_a_floor_is_always_kept_where_it_was_chosen(rows: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in rows])
    true = np.array([is_true for _, is_true in rows])
    assume(min(true.sum(), (~true).sum()) >= 5)
    found = Detection("nodule", scores, true, np.arange(len(rows)), "images")
    for floor in (0.5, 0.95, 1.0):
        limit = choose_threshold(found, Rule("sensitivity", floor))
        assert (scores[true] >= limit).mean() >= floor
        limit = choose_threshold(found, Rule("specificity", floor))
        assert (scores[~true] < limit).mean() >= floor
    cuts = list_cuts(scores)
    assert (scores >= cuts[0]).all()
    assert not (scores >= cuts[-1]).any()
    assert (np.diff(cuts) > 0).all()
