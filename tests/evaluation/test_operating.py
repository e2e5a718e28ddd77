"""Thresholds: how they are chosen, what they do elsewhere, what that means for a thousand."""

import json

import numpy as np
import pytest

from medapp.evaluation.detection import Detection
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.operating import (
    describe_choice,
    judge_threshold,
    state_floor,
    state_outcomes,
)
from medapp.evaluation.predictive import Rate
from medapp.evaluation.rules import Rule, choose_threshold

# Ten with it and ten without; by falling score: yes ×6, no, yes ×2, no ×3, yes, no ×5, yes, no.
ORDER = "1111110110001000001" + "0"
SCORES = np.linspace(0.95, 0.05, 20)


def detect(order: str = ORDER, scores: np.ndarray = SCORES) -> Detection:
    true = np.array([letter == "1" for letter in order])
    return Detection("nodule", scores, true, np.arange(len(true)), "patients", "validation split")


def test_of_a_thousand_by_hand() -> None:
    """Sensitivity 19/20, specificity 15/16, 40 in 1,000: 38 found, 2 missed, 60 for nothing."""
    true = np.arange(52) < 20
    called = np.where(true, np.arange(52) < 19, np.arange(52) >= 50)
    found = Detection("nodule", called.astype(float), true, np.arange(52), "patients", "test split")
    point = judge_threshold(found, 0.5, prevalence=0.04)
    assert (point.found, point.missed, point.false_alarms, point.spared) == (19, 1, 2, 30)
    low, high = find_wilson(0.95, 20)
    least, most = (1 - end for end in find_wilson(30 / 32, 32)[::-1])
    assert state_outcomes(point) == (
        "Of 1,000 patients of whom 40 have nodule: 38 found"
        f" [{round(40 * low)} to {round(40 * high)}], 2 missed"
        f" [{40 - round(40 * high)} to {40 - round(40 * low)}], 60 called back for nothing"
        f" [{round(960 * least)} to {round(960 * most)}]."
    )
    assert point.ppv is not None
    assert point.npv is not None
    assert point.ppv.value == pytest.approx(38 / (38 + 60))
    assert point.npv.value == pytest.approx(900 / (900 + 2))
    values = json.loads(json.dumps(point.to_dict(), allow_nan=False))
    assert values["in_words"].startswith("Of 1,000 patients")
    several = Detection("nodule", called.astype(float), true, np.arange(52) // 2, "patients")
    assert "1,000 images of which" in state_outcomes(judge_threshold(several, 0.5, 0.04))


def test_at_the_prevalence_of_the_images_ppv_is_the_share_of_hits_among_calls() -> None:
    found = detect()
    point = judge_threshold(found, choose_threshold(found, Rule("youden")))
    assert point.prevalence == 0.5
    assert point.ppv is not None
    assert point.ppv.value == pytest.approx(8 / 9)
    assert point.npv is not None
    assert point.npv.value == pytest.approx(9 / 11)
    # The figure is the precision of the table of classes, so it has that one's interval too.
    true = np.asarray(found.true)
    probabilities = np.stack([1 - found.scores, found.scores], axis=1)
    evaluation = evaluate(probabilities, true.astype(int), ("none", "nodule"))
    assert judge_threshold(found, 0.5).ppv == Rate(
        evaluation.per_class["nodule"].precision,
        evaluation.per_class["nodule"].intervals["precision"],
    )


def test_perfect_specificity_leaves_doubt_about_ppv() -> None:
    true = np.arange(60) < 30
    found = Detection("nodule", true.astype(float), true, np.arange(60), "images")
    point = judge_threshold(found, 0.5, prevalence=0.01)
    assert point.ppv is not None
    assert point.ppv.value == 1.0
    # One in nine of those without it may be called: then PPV is below a tenth.
    assert point.ppv.interval[0] < 0.1
    nobody = judge_threshold(found, 2.0, prevalence=0.01)
    assert nobody.ppv is None
    alone = Detection("nodule", np.ones(9), np.ones(9, dtype=bool), np.arange(9), "images")
    assert judge_threshold(alone, 0.5).specificity is None
    assert state_outcomes(judge_threshold(alone, 0.5)) == ""


def test_whether_a_floor_holds_elsewhere_is_said_no_more_surely_than_it_is_known() -> None:
    found = detect()
    rule = Rule("sensitivity", 0.9)
    limit = choose_threshold(found, rule)
    choice = describe_choice(found, rule, limit)
    assert (choice.sensitivity, choice.specificity, choice.n, choice.positives) == (
        0.9,
        0.6,
        20,
        10,
    )
    said = state_floor(judge_threshold(found, limit, choice=choice))
    assert said.startswith("Whether the floor of 0.9 holds cannot be told")
    for hits, words in ((300, "holds here"), (150, "is missed here")):
        true = np.arange(600) < 300
        scores = (np.arange(600) < hits).astype(float)
        many = Detection("nodule", scores, true, np.arange(600), "images")
        assert words in state_floor(judge_threshold(many, 0.5, choice=choice))
    assert state_floor(judge_threshold(found, limit)) == ""
    assert isinstance(judge_threshold(found, limit).sensitivity, Rate)
