"""Several images of a patient to one answer."""

from pathlib import Path

import pytest

from medapp.errors import DataError
from medapp.notes import Note
from medapp.prediction.patients import combine_patients
from medapp.prediction.table import Row
from medapp.task import find_task

CLASSES = ("a", "b")
BLANK = Note("blank", "Blank.", "grave")


def build_row(name: str, share: float | None, *notes: Note) -> Row:
    if share is None:
        return Row(Path(name), None, {}, "damaged", notes)
    return Row(Path(name), "a", {"a": share, "b": 1 - share}, None, notes)


def test_the_mean_of_a_patient_s_images_decides() -> None:
    rows = [
        build_row("x/p1_1.png", 0.9),
        build_row("x/p2_1.png", 0.8, BLANK),
        build_row("x/p1_2.png", 0.0),
        build_row("x/p1_3.png", None),
        build_row("x/other.png", 0.3),
    ]
    first, second, alone = combine_patients(rows, r"p\d", find_task("single-label"), CLASSES)
    assert (first.patient, first.label) == ("p1", "b")
    assert first.probabilities == pytest.approx({"a": 0.45, "b": 0.55})
    assert [file.name for file in first.files] == ["p1_1.png", "p1_2.png"]
    assert (second.patient, second.label, second.notes) == ("p2", "a", (BLANK,))
    assert (alone.patient, alone.label) == (None, "b")


def test_nothing_that_could_be_read_is_no_patient() -> None:
    assert (
        combine_patients([build_row("p1.png", None)], "p", find_task("single-label"), CLASSES) == []
    )


def test_a_pattern_that_finds_nobody_is_refused() -> None:
    with pytest.raises(DataError, match="found in no file's name"):
        combine_patients([build_row("q.png", 0.5)], r"p\d", find_task("single-label"), CLASSES)
