"""A test split of few patients, or with few of a class, says so before anybody trains."""

import pytest
from data.test_notes import find, tell

from medapp.store.workspace import Workspace


@pytest.mark.parametrize(("patients", "level"), [(1, "grave"), (5, "caution"), (10, None)])
def test_a_test_split_of_few_patients(
    workspace: Workspace, patients: int, level: str | None
) -> None:
    rows = [("ab"[i % 2], "test", f"{i}", f"p{i % patients}") for i in range(20)]
    notes = [note for note in tell(workspace, *rows) if note.code == "few-groups"]
    assert [note.level for note in notes] == ([level] if level else [])
    if patients == 1:
        assert notes[0].text.startswith("The test split has only 1 patient: figures")


def test_a_class_of_few_patients(workspace: Workspace) -> None:
    rows = [("b" if i in (1, 2) else "a", "test", f"{i}", f"p{i}") for i in range(20)]
    note = find(tell(workspace, *rows), "few-groups")
    assert note.level == "caution"
    assert note.text.startswith("The test split has 2 patients of the class b only")


def test_each_class_of_few_patients_is_named(workspace: Workspace) -> None:
    labels = [*"abbccc", *["a"] * 14]
    rows = [(label, "test", f"{i}", f"p{i}") for i, label in enumerate(labels)]
    text = find(tell(workspace, *rows, classes=("a", "b", "c", "d")), "few-groups").text
    assert text == (
        "The test split has fewer than 5 patients of 3 classes (b 2, c 3, d 0): what it says of"
        " these is mostly chance."
    )


def test_a_class_that_no_test_image_is_of_is_named(workspace: Workspace) -> None:
    rows = [("ab"[i % 2], "test", f"{i}", None) for i in range(20)]
    rows.append(("rare", "train", "20", None))
    note = find(tell(workspace, *rows, classes=("a", "b", "rare")), "few-groups")
    assert note.text.startswith("No test image is of the class rare: nothing will say")
    assert "folds" in note.remedy
