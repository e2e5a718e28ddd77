"""What is said first of a model, beside chance and the majority class."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import Headline, find_worst, list_headlines, list_shown
from medapp.task import find_task

TRUTH = [0] * 6 + [1] * 2
PREDICTIONS = [0, 0, 0, 0, 0, 1, 1, 0]


def list_by_name(evaluation: Evaluation) -> dict[str, Headline]:
    return {headline.name: headline for headline in list_headlines(evaluation)}


def test_two_classes_have_the_figures_of_the_positive_one() -> None:
    found = list_by_name(evaluate(np.eye(2)[PREDICTIONS], TRUTH, ("nodule", "normal")))
    names = ["balanced_accuracy", "sensitivity", "specificity", "auroc", "accuracy"]
    assert list(found) == names
    assert found["sensitivity"].title == "Sensitivity for nodule"
    assert found["sensitivity"].value == pytest.approx(5 / 6)
    assert found["specificity"].value == pytest.approx(1 / 2)
    assert found["sensitivity"].interval is not None
    pairs = {name: (headline.chance, headline.majority) for name, headline in found.items()}
    assert pairs == {
        "balanced_accuracy": (0.5, 0.5),
        "sensitivity": (0.5, 1.0),  # most are nodules
        "specificity": (0.5, 0.0),
        "auroc": (0.5, 0.5),
        "accuracy": (0.5, 0.75),
    }


def test_many_classes_have_means_and_no_figure_twice() -> None:
    truth = [0] * 5 + [1] * 3 + [2] * 2
    evaluation = evaluate(np.eye(3)[truth], truth, "abc")
    found = list_by_name(evaluation)
    assert list(found) == ["balanced_accuracy", "accuracy", "macro_f1", "macro_auroc"]
    always = DummyClassifier(strategy="most_frequent").fit(truth, truth).predict(truth)
    assert found["accuracy"].majority == pytest.approx(0.5)
    assert found["balanced_accuracy"].majority == balanced_accuracy_score(truth, always)
    assert found["macro_f1"].majority == pytest.approx(f1_score(truth, always, average="macro"))
    guesses = np.random.default_rng(0).integers(0, 3, 300_000)
    many = np.tile(truth, 30_000)
    assert found["accuracy"].chance == pytest.approx(np.mean(guesses == many), abs=0.005)
    guessed = f1_score(many, guesses, average="macro")
    assert found["macro_f1"].chance == pytest.approx(guessed, abs=0.005)
    assert str(found["accuracy"]).startswith("Accuracy 1.000 [")


def test_a_class_without_images_takes_no_part_in_what_the_majority_gets() -> None:
    found = list_by_name(evaluate(np.eye(3)[[0, 0, 1]], [0, 0, 1], "abc"))
    assert found["balanced_accuracy"].chance == pytest.approx(1 / 3)
    assert found["balanced_accuracy"].majority == pytest.approx(1 / 2)


def test_findings_are_compared_with_a_coin_and_with_what_most_images_have() -> None:
    targets = np.tile([[1, 0], [1, 0], [1, 1], [0, np.nan]], (5, 1))
    evaluation = evaluate(targets.copy() == 1, targets, "ab", task=find_task("multi-label"))
    found = list_by_name(evaluation)
    assert list(found) == [
        "macro_auroc",
        "macro_average_precision",
        "balanced_accuracy",
        "macro_f1",
    ]
    assert (found["macro_auroc"].chance, found["balanced_accuracy"].majority) == (0.5, 0.5)
    # By chance precision is the share of images with the finding: 3 of 4, and 1 of 3.
    ranked = found["macro_average_precision"]
    assert ranked.chance == ranked.majority == pytest.approx((3 / 4 + 1 / 3) / 2)
    # a: 3 of 4 have it, so it is always said: F1 6/7. b: 1 of 3, so never: 0.
    assert found["macro_f1"].majority == pytest.approx((6 / 7 + 0) / 2)
    # Said by a coin: 2 p / 2 / (p + 1/2).
    assert found["macro_f1"].chance == pytest.approx((0.75 / 1.25 + (1 / 3) / (5 / 6)) / 2)


def test_no_image_has_headlines_without_values() -> None:
    for headline in list_headlines(evaluate(np.empty((0, 2)), [], "ab")):
        assert headline.value is None
        assert str(headline).endswith("undefined")
        json.dumps(headline.to_dict(), allow_nan=False)


def test_two_classes_are_shown_by_figures_of_the_finding() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.1, 0.9]])
    truth = [0, 1, 1, 0, 1]
    shown = list_shown(evaluate(probabilities, truth, ("normal", "nodule")))
    assert [one.title for one in shown] == [
        "AUROC",
        "Sensitivity for nodule",
        "Specificity for nodule",
        "Average precision for nodule",
        "Balanced accuracy",
    ]
    ranked = shown[3]
    assert ranked.value == pytest.approx(average_precision_score(truth, probabilities[:, 1]))
    assert ranked.interval is not None
    # In any order but by the class, precision is its share of the images.
    assert ranked.chance == ranked.majority == pytest.approx(3 / 5)


def test_many_classes_show_the_worst_by_name() -> None:
    truth = [0] * 4 + [1] * 4 + [2] * 2
    said = [0, 0, 0, 0, 1, 2, 2, 2, 2, 2]
    evaluation = evaluate(np.eye(3)[said], truth, ("a", "b", "c"))
    assert find_worst(evaluation) == "b"
    found = {one.name: one for one in list_shown(evaluation)}
    assert list(found) == ["balanced_accuracy", "macro_auroc", "sensitivity", "accuracy"]
    assert found["sensitivity"].title == "Sensitivity for b, the worst class"
    assert found["sensitivity"].value == 1 / 4
    # Per patient the class that is worst per image is shown.
    assert {one.title for one in list_shown(evaluation, "a")} >= {
        "Sensitivity for a, the worst class"
    }


def test_grades_show_how_many_are_at_most_one_off() -> None:
    truth = [0] * 6 + [1] * 2 + [2] * 1 + [3] * 1
    said = [0, 0, 1, 2, 3, 0, 1, 3, 2, 0]
    evaluation = evaluate(np.eye(4)[said], truth, "0123", task=find_task("ordinal"))
    found = {one.name: one for one in list_shown(evaluation)}
    near = found["within_one_grade"]
    # Off by two or more: the fourth, fifth, eighth and tenth.
    assert near.value == pytest.approx(6 / 10)
    # Who always says 0 is near for grades 0 and 1; who guesses is for 2, 3, 3 and 2 of 4 grades.
    assert near.majority == pytest.approx(8 / 10)
    assert near.chance == pytest.approx((6 * 2 + 2 * 3 + 1 * 3 + 1 * 2) / 40)


def test_findings_show_the_one_that_is_missed_most() -> None:
    targets = np.tile([[1, 0], [1, 1], [0, 1], [0, 0]], (5, 1)).astype(float)
    scores = targets * 0.8 + 0.1
    scores[1::4, 1] = 0.2
    found = list_shown(evaluate(scores, targets, "ab", task=find_task("multi-label")))
    worst = next(one for one in found if one.name == "sensitivity")
    assert (worst.title, worst.value) == ("Sensitivity for b, the worst finding", 0.5)
    assert (worst.chance, worst.majority) == (0.5, 0.0)


def test_what_an_older_file_lacks_is_left_out() -> None:
    found = evaluate(np.eye(2)[PREDICTIONS], TRUTH, ("nodule", "normal"))
    older = {
        name: replace(figures, average_precision=None) for name, figures in found.per_class.items()
    }
    names = [one.name for one in list_shown(replace(found, per_class=older))]
    assert names == ["auroc", "sensitivity", "specificity", "balanced_accuracy"]
