"""What is said first of a model, beside chance and the majority class."""

import json

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import balanced_accuracy_score, f1_score

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import Headline, list_headlines
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
