"""What cells of a reader's table mean."""

import pytest

from medapp.studies.readers.calls import CallReader, read_rating
from medapp.task import find_task

ONE = find_task("single-label")
SEVERAL = find_task("multi-label")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("pneumonia", "pneumonia"),
        ("Pneumonia", "pneumonia"),
        ("No Finding", "no_finding"),
        ("1", "pneumonia"),
        ("1.0", "pneumonia"),
        ("no", "no_finding"),
        ("negative", "no_finding"),
        ("abscess", None),
        ("?", None),
    ],
)
def test_two_classes_are_called_by_name_or_by_a_mark(cell: str, meant: str | None) -> None:
    assert CallReader(("no_finding", "pneumonia"), ONE).read(cell) == meant


def test_a_class_that_is_a_number_is_no_mark() -> None:
    grades = CallReader(("0", "1", "2"), find_task("ordinal"))
    assert [grades.read(cell) for cell in ("0", "2.0", "3", "yes")] == ["0", "2", None, None]


def test_classes_that_only_case_tells_apart_are_not_guessed() -> None:
    calls = CallReader(("T1", "t1", "T2"), ONE)
    assert [calls.read(cell) for cell in ("T1", "t1", "t2")] == ["T1", "t1", "T2"]
    assert CallReader(("a b", "A-B"), ONE).read("ab") is None


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("nodule|effusion", "effusion|nodule"),
        ("Effusion; Nodule", "effusion|nodule"),
        ("no finding", ""),
        ("none", ""),
        ("nodule, mass", None),
    ],
)
def test_several_findings_are_called_in_one_cell(cell: str, meant: str | None) -> None:
    assert CallReader(("effusion", "nodule"), SEVERAL).read(cell) == meant


def test_ratings_are_numbers() -> None:
    cells = ("4", "3,5", "0.25", "", "n/a", "high", "inf")
    assert [read_rating(cell) for cell in cells] == [4.0, 3.5, 0.25, None, None, None, None]
