"""One finding out of predictions."""

import numpy as np
import pytest

from medapp.errors import RecipeError, read_remedy
from medapp.evaluation.detection import build_detection
from medapp.evaluation.operating import judge_threshold
from medapp.task import find_task

THREE = ("cyst", "nodule", "normal")
ROWS = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])


def test_classes_against_the_rest_have_the_sum_of_their_probabilities() -> None:
    found = build_detection(ROWS, [1, 0, 2], THREE, positives=("nodule", "cyst"), where="here")
    assert found.name == "cyst or nodule"
    assert found.scores == pytest.approx([0.5, 0.9, 0.2])
    assert found.true.tolist() == [True, True, False]
    assert (found.counted, found.noun, found.where) == ("images", "images", "here")
    assert found.prevalence == pytest.approx(2 / 3)


def test_of_two_classes_the_names_tell() -> None:
    found = build_detection([[0.9, 0.1], [0.4, 0.6]], [0, 1], ("nodule", "normal"), ["a", "b"])
    assert found.name == "nodule"
    assert found.true.tolist() == [True, False]
    assert found.noun == "patients"
    again = build_detection([[0.9, 0.1], [0.4, 0.6]], [0, 1], ("nodule", "normal"), ["a", "a"])
    assert (again.noun, again.count) == ("images", 1)


def test_of_a_finding_the_images_count_of_which_it_is_known() -> None:
    targets = np.array([[1, np.nan], [0, 1], [np.nan, 0]])
    task = find_task("multi-label")
    scores = np.array([[0.9, 0.2], [0.1, 0.7], [0.5, 0.5]])
    found = build_detection(
        scores, targets, ("mass", "nodule"), ["a", "b", "c"], task, positives=("nodule",)
    )
    assert found.scores.tolist() == [0.7, 0.5]
    assert found.true.tolist() == [True, False]
    assert found.units.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("positives", "task", "words"),
    [
        ((), "single-label", "Which of the classes"),
        (("tumour",), "single-label", "'tumour' is none of the classes"),
        (THREE, "single-label", "none is left"),
        (("cyst", "nodule"), "multi-label", "do not exclude each other"),
    ],
)
def test_what_is_to_be_found_must_be_told(
    positives: tuple[str, ...], task: str, words: str
) -> None:
    targets = np.eye(3) if task == "multi-label" else np.arange(3)
    with pytest.raises(RecipeError, match=words):
        build_detection(ROWS, targets, THREE, task=find_task(task), positives=positives)


@pytest.mark.parametrize(("task", "several"), [("single-label", True), ("multi-label", False)])
def test_who_did_not_tell_is_told_how_and_of_findings_that_one_is_named(
    task: str, several: bool
) -> None:
    targets = np.eye(3) if task == "multi-label" else np.arange(3)
    with pytest.raises(RecipeError) as raised:
        build_detection(ROWS, targets, THREE, task=find_task(task))
    remedy = read_remedy(raised.value.remedy)
    assert ("several" in remedy) is several
    assert "--positive" in remedy.in_shell
    assert "--positive" not in remedy


def test_a_patient_counts_once_by_the_mean_of_the_images() -> None:
    """Patient a: .9 and .5, with it; b: .2, without; c: .8 with and .4 without, left out."""
    scores = np.array([0.9, 0.5, 0.2, 0.8, 0.4])
    rows = np.stack([1 - scores, scores], axis=1)
    given = (rows, [1, 1, 0, 1, 0], ("normal", "nodule"), ["a", "a", "b", "c", "c"])
    found = build_detection(*given, per_patient=True)
    assert found.scores == pytest.approx([0.7, 0.2])
    assert found.true.tolist() == [True, False]
    assert (found.noun, found.count, found.left_out) == ("patients", 2, 1)
    point = judge_threshold(found, 0.5)
    assert [note.code for note in point.notes] == ["patients-left-out"]
    assert "1 of 3 patients" in point.notes[0].text
    # Without patients there is nothing to gather.
    assert build_detection(*given[:3], per_patient=True).noun == "images"
