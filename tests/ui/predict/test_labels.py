"""A prediction of several findings beside what the image is labelled with."""

import pytest

from medapp.ui.predict.labels import AS_LABELLED, compare_findings


@pytest.mark.parametrize(
    ("found", "label", "sentences"),
    [
        ({"a": True, "b": False}, "a", [AS_LABELLED]),
        ({"a": False, "b": False}, "", [AS_LABELLED]),
        ({"a": False, "b": True}, "a", ["Missed: a.", "Labelled as absent: b."]),
        ({"a": True, "b": True}, "?a|b", [AS_LABELLED, "Not known of this image: a."]),
        ({"a": True, "b": False}, "?a|b", ["Missed: b.", "Not known of this image: a."]),
    ],
)
def test_what_is_missed_and_what_is_not_known_is_said(
    found: dict[str, bool], label: str, sentences: list[str]
) -> None:
    assert compare_findings(found, label) == sentences
