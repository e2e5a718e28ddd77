"""A verdict claims no more than the interval supports."""

from dataclasses import replace

import numpy as np
import pytest

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.notes import FEW_CODES
from medapp.evaluation.verdict import judge
from medapp.notes import Note
from medapp.task import find_task

CLASSES = ("no_finding", "pneumonia")


def tell(right: int, wrong: int, groups: list[str | None] | None = None) -> Evaluation:
    """As many images of each of two classes, of which so many are judged rightly."""
    n = right + wrong
    predictions = [0] * right + [1] * wrong + [1] * right + [0] * wrong
    return evaluate(np.eye(2)[predictions], [0] * n + [1] * n, CLASSES, groups)


def test_an_interval_above_chance_is_praise_with_its_figure_numbers_and_misses() -> None:
    evaluation = tell(84, 16, [f"p{i}" for i in range(200)])
    low, high = evaluation.intervals["balanced_accuracy"] or (0, 0)
    verdict = judge(evaluation)
    # 16 of 100 are missed, and Wilson's interval of that is 0.10 to 0.24: surely more than 1 in 10.
    assert verdict.title == (
        "Better than chance, not yet useful: it misses 16 of 100 images of pneumonia (interval 10"
        " to 25)"
    )
    assert verdict.text == (
        f"Balanced accuracy 0.840 [{low:.3f}, {high:.3f}] on 200 images of 200 patients; guessing"
        " gets 0.500. Of 100 images of pneumonia, 16 are missed; of 100 others, 16 taken for it."
    )
    assert str(verdict).startswith(f"{verdict.title}. Balanced accuracy 0.840")


@pytest.mark.parametrize(
    ("wrong", "use", "interval"),
    [
        (10, "", "5 to 18"),  # of 100: Wilson 0.055 to 0.174, which holds the tolerated 0.1
        (30, ", not yet useful", "21 to 40"),  # 0.219 to 0.396
        (0, "", "0 to 4"),  # 0 to 0.037
    ],
)
def test_what_is_missed_stands_with_what_its_interval_allows(
    wrong: int, use: str, interval: str
) -> None:
    said = f"it misses {wrong} of 100 images of pneumonia (interval {interval})"
    assert judge(tell(100 - wrong, wrong)).title == f"Better than chance{use}: {said}"


def test_the_worst_of_many_classes_needs_more_certainty() -> None:
    """20 of 100 of one class: Wilson 0.133 to 0.289; of ten classes the end lies at 0.105."""

    def tell_worst(missed: int, k: int) -> str:
        truth = np.repeat(np.arange(k), 100)
        said = truth.copy()
        said[:missed] = 1
        return judge(evaluate(np.eye(k)[said], truth, [f"c{i}" for i in range(k)])).title

    assert tell_worst(20, 3).startswith("Better than chance, not yet useful: it misses 20 of 100")
    assert "images of c0" in tell_worst(20, 3)
    # Alone 18 of 100 would do (from 0.117 on), but not as the worst of ten (from 0.090 on).
    assert "not yet useful" not in tell_worst(18, 10)


def test_a_share_of_a_handful_of_images_is_not_written_as_one_of_a_hundred() -> None:
    truth = [0] * 44 + [1]
    title = judge(evaluate(np.eye(2)[truth], truth, CLASSES)).title
    # Wilson's interval of 0 of 1: 0 to 0.793.
    assert title == (
        "Better than chance: it misses 0 of only 1 image of pneumonia, too few to tell (interval"
        " 0 to 80 of 100)"
    )
    truth = [0] * 44 + [1] * 5
    said = judge(evaluate(np.eye(2)[truth], truth, CLASSES)).title
    assert "it misses 0 of 100 images of pneumonia" in said


def test_an_interval_that_holds_chance_is_no_praise_however_high_the_figure() -> None:
    assert judge(tell(17, 13)).title == "Cannot be told from chance"
    assert judge(tell(10, 40)).title == "Worse than chance"
    assert judge(tell(8, 1)).title == "Too few images to tell"
    alone = tell(30, 0, ["the only one"] * 60)
    assert judge(alone).title == "Too few patients to tell"
    assert "60 images of 1 patient;" in judge(alone).text


@pytest.mark.parametrize(("units", "level"), [(1, "grave"), (4, "grave"), (5, "caution")])
def test_figures_of_a_handful_of_patients_are_chance_alone(units: int, level: str) -> None:
    evaluation = tell(30, 0, [f"p{i % units}" for i in range(60)])
    levels = [note.level for note in evaluation.notes if note.code in FEW_CODES]
    assert levels == [level]


def test_a_grave_note_takes_the_praise_away() -> None:
    leaked = replace(tell(99, 1), notes=(Note("leak", "Test images were learned from.", "grave"),))
    assert judge(leaked).title == "Not to be trusted as it stands"
    assert "0.990" in judge(leaked).text


def test_guessing_among_three_classes_gets_a_third_of_those_that_occur() -> None:
    truth = [0] * 30 + [1] * 30 + [2] * 30
    right = evaluate(np.eye(3)[truth], truth, ("a", "b", "c"))
    assert "guessing gets 0.333. No image is misjudged." in judge(right).text
    wrong = [1, *truth[1:]]
    assert judge(evaluate(np.eye(3)[wrong], truth, ("a", "b", "c"))).text.endswith(
        "The weakest class: of 30 images of a, 1 is missed."
    )
    alone = [0, *truth[30:]]
    missed = judge(evaluate(np.eye(3)[[1, *alone[1:]]], alone, ("a", "b", "c")))
    assert missed.text.endswith("The weakest class: of 1 image of a, 1 is missed.")
    two = evaluate(np.eye(3)[truth[:60]], truth[:60], ("a", "b", "c"))
    # Naming always one of the two that occur gets more than guessing among three.
    assert "guessing gets 0.333" in judge(two).text
    noise = np.eye(3)[[0] * 11 + [1] * 19 + [0] * 17 + [1] * 13]
    assert judge(evaluate(noise, truth[:60], ("a", "b", "c"))).title == "Cannot be told from chance"


def test_several_labels_are_judged_by_auroc_against_a_half() -> None:
    truth = np.array([[1.0, 0.0], [0.0, 1.0]] * 20)
    task = find_task("multi-label")
    verdict = judge(evaluate(truth * 0.8 + 0.1, truth, CLASSES, task=task))
    assert verdict.title == (
        "Better than chance: it misses 0 of 100 images of no_finding (interval 0 to 17)"
    )
    assert verdict.text.startswith("Macro AUROC 1.000 [0.")
    assert verdict.text.endswith(
        ", 1.000] on 40 images; guessing gets 0.500. No finding is missed."
    )


def test_without_images_nothing_can_be_told() -> None:
    assert judge(evaluate(np.empty((0, 2)), [], CLASSES)).title == "Nothing can be told"
