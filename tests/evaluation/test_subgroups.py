"""Figures by group, and what can be told of gaps."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.errors import RecipeError
from medapp.evaluation.case import Decide
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.subgroups import judge_subgroups, list_figures, state_gaps
from medapp.task import find_task

CLASSES = ("normal", "nodule")


def judge(
    rights: dict[str, tuple[int, int]], figure: str = "accuracy", images: int = 1
) -> tuple[list[int], list[int], list[str], list[str]]:
    """Truths, decisions, groups and patients: of each group so many, of which so many right."""
    truths, decisions, names, patients = [], [], [], []
    for name, (n, right) in rights.items():
        for i in range(n):
            truths.append(i % 2)
            decisions.append(i % 2 if i < right else 1 - i % 2)
            names.append(name)
            patients.append(f"{name} {i // images}")
    return truths, decisions, names, patients


def test_each_group_has_the_figure_of_its_images_alone() -> None:
    truths, decisions, names, patients = judge({"F": (60, 50), "M": (80, 50)}, images=2)
    scores = np.eye(2)[decisions]
    found = judge_subgroups(scores, truths, CLASSES, patients, None, names, "sex")
    assert found.figure == "balanced_accuracy"
    for group in found.groups:
        rows = [i for i, name in enumerate(names) if name == group.name]
        alone = evaluate(
            scores[rows],
            [truths[i] for i in rows],
            CLASSES,
            [patients[i] for i in rows],
        )
        assert group.value == pytest.approx(alone.balanced_accuracy)
        assert group.interval == pytest.approx(alone.intervals["balanced_accuracy"])
        assert (group.n, group.units) == (alone.n, alone.units)
    assert found.counted == "patients"


def test_a_large_gap_is_told_and_a_small_one_is_not() -> None:
    rows = {"a": (100, 95), "b": (100, 70), "c": (100, 92)}
    truths, decisions, names, patients = judge(rows)
    found = judge_subgroups(
        np.eye(2)[decisions], truths, CLASSES, patients, None, names, "site", figure="accuracy"
    )
    assert len(found.gaps) == 3
    told = {(gap.first, gap.second) for gap in found.gaps if gap.is_told}
    assert told == {("a", "b"), ("b", "c")}
    gap = found.gaps[0]
    assert (gap.first, gap.second, gap.value) == ("a", "b", pytest.approx(0.25))
    # The surest of three is corrected by three.
    alone = judge_subgroups(
        np.eye(2)[decisions[:200]],
        truths[:200],
        CLASSES,
        patients[:200],
        None,
        names[:200],
        "site",
        figure="accuracy",
    )
    assert gap.p == pytest.approx(3 * alone.gaps[0].p)
    assert state_gaps(found).startswith("Accuracy is higher for a than for b, by 0.250 [0.1")
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["in_words"]


def test_small_groups_and_those_without_a_class_are_shown_and_not_compared() -> None:
    truths, decisions, names, patients = judge({"F": (60, 50), "M": (19, 3)})
    truths += [0] * 30
    decisions += [0] * 30
    names += ["unclear"] * 30
    patients += [f"x{i}" for i in range(30)]
    truths.append(1)
    decisions.append(1)
    patients.append("y")
    values = [*names, None]
    found = judge_subgroups(np.eye(2)[decisions], truths, CLASSES, patients, None, values, "sex")
    compared = {group.name: group.is_compared for group in found.groups}
    assert compared == {"F": True, "M": False, "unclear": False}
    assert found.groups[2].lacking == ("nodule",)
    assert found.gaps == ()
    assert found.unknown == 1
    codes = {note.code for note in found.notes}
    assert codes >= {"few-in-group", "class-lacking-in-group", "group-unknown"}
    assert "no two groups are large enough" in state_gaps(found)


def test_a_gap_within_patients_is_surer_than_one_between_patients() -> None:
    """Each patient was seen by both scanners; one of them misleads about ten more."""
    truths, decisions, _, patients = judge({"all": (60, 45)})
    others = [1 - truth if i < 10 else decisions[i] for i, truth in enumerate(truths)]
    scores = np.eye(2)[decisions + others]
    names = ["A"] * 60 + ["B"] * 60
    gaps = []
    for second in (patients, [f"{patient}, again" for patient in patients]):
        found = judge_subgroups(
            scores, truths * 2, CLASSES, patients + second, None, names, "scanner"
        )
        gaps.append(found.gaps[0])
    within, between = gaps
    assert within.value == between.value == pytest.approx(1 / 6)
    assert within.is_told
    assert not between.is_told
    assert within.interval[0] > between.interval[0]


def test_figures_are_those_of_the_task() -> None:
    assert list_figures(CLASSES, find_task("single-label"))[1] == "sensitivity"
    assert list_figures("abc", find_task("single-label"))[0] == "balanced_accuracy"
    assert list_figures("ab", find_task("ordinal"))[0] == "quadratic_kappa"
    with pytest.raises(RecipeError, match="not compared by 'beauty'"):
        judge_subgroups([[1, 0]], [0], CLASSES, None, None, ["a"], "sex", figure="beauty")


def test_groups_are_judged_by_the_answers_of_a_locked_threshold() -> None:
    """Ten images a group show a nodule; from 0.3 on it is called."""
    # Of F 8 of 10 reach 0.3 and none of those without, of M 5 of 10 and 4 of 10.
    scores = [0.35] * 8 + [0.2] * 2 + [0.1] * 10 + [0.4] * 5 + [0.1] * 5 + [0.3] * 4 + [0.0] * 6
    truth = [1] * 10 + [0] * 10 + [1] * 10 + [0] * 10
    names = ["F"] * 20 + ["M"] * 20
    rows = np.column_stack([1 - np.array(scores), scores])

    def decide(each: NDArray[np.float64]) -> NDArray[np.intp]:
        return (each[:, 1] >= 0.3).astype(np.intp)

    def show(figure: str, by: Decide | None) -> list[float | None]:
        found = judge_subgroups(
            rows, truth, CLASSES, None, None, names, "sex", figure=figure, decide=by
        )
        return [group.value for group in found.groups]

    assert show("sensitivity", decide) == [0.8, 0.5]
    assert show("specificity", decide) == [1.0, 0.6]
    assert show("balanced_accuracy", decide) == pytest.approx([0.9, 0.55])
    assert show("sensitivity", None) == [0.0, 0.0]
    # Of M's 100 pairs 50 have 0.4 above all others, and 30 have 0.1 above 0; 20 have 0.1 below 0.3.
    assert show("auroc", decide) == show("auroc", None) == pytest.approx([1.0, 0.8])
