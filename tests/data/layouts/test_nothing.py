"""A finding that is called like none at all."""

from medapp.data.layouts.nothing import find_empty_finding


def test_a_grade_of_none_among_findings_is_said() -> None:
    (note,) = find_empty_finding(["mild", "none", "severe"], ["none", "mild", "mild|severe"])
    assert (note.code, note.level) == ("empty-finding", "caution")
    assert note.text.startswith("'none' counts as a finding of its own")
    (note,) = find_empty_finding(["No Finding", "mass"], ["No Finding", "mass", ""])
    assert "'No Finding'" in note.text


def test_normal_cells_beside_others_are_a_finding_like_them() -> None:
    assert find_empty_finding(["burr", "normal"], ["normal|burr", "normal"]) == ()
    assert find_empty_finding(["burr", "spur"], ["burr"]) == ()
