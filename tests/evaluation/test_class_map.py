"""Which class of another data set means which class of a run."""

import pytest

from medapp.errors import DataError
from medapp.evaluation.class_map import map_classes


@pytest.mark.parametrize(
    ("theirs", "known", "expected"),
    [
        (["a", "b"], ["a", "b"], {"a": "a", "b": "b"}),
        (["Glioma", "MENINGIOMA"], ["glioma", "meningioma"], ["glioma", "meningioma"]),
        (["No-Finding", "x"], ["no_finding", "y"], ["no_finding", None]),
        # A name that holds all words of one class alone.
        (["glioma_tumor", "no_tumor"], ["glioma", "pituitary"], ["glioma", None]),
        (["bacterial pneumonia", "viral pneumonia"], ["normal", "pneumonia"], ["pneumonia"] * 2),
        (["covid pneumonia"], ["covid", "pneumonia"], [None]),
        # What negates means something else than what it negates.
        (["no_tumor"], ["tumor", "x"], [None]),
        (["not normal"], ["normal", "x"], [None]),
        (["abnormal"], ["normal", "x"], [None]),
        # One class on each side that says that nothing is there.
        (["NORMAL", "PNEUMONIA"], ["no_finding", "pneumonia"], ["no_finding", "pneumonia"]),
        (["unauffällig", "pneumonia"], ["normal", "pneumonia"], ["normal", "pneumonia"]),
        (["nicht normal"], ["normal", "x"], [None]),
        (["healthy", "control", "ill"], ["normal", "ill"], [None, None, "ill"]),
        (["cat", "dog"], ["glioma", "pituitary"], [None, None]),
    ],
)
def test_names_tell(theirs: list[str], known: list[str], expected: object) -> None:
    if isinstance(expected, list):
        expected = {a: b for a, b in zip(theirs, expected, strict=True) if b is not None}
    assert map_classes(theirs, known) == expected


def test_what_is_asked_counts_first_and_may_leave_out() -> None:
    asked = {"a": "y", "b": ""}
    assert map_classes(["a", "b", "x"], ["a", "x", "y"], asked) == {"a": "y", "x": "x"}


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match="no class 'z'"):
        map_classes(["a"], ["a"], {"z": "a"})
    with pytest.raises(DataError, match="does not know the class 'z'"):
        map_classes(["a"], ["a"], {"a": "z"})
