"""Classes that may be one."""

from medapp.data.layouts.alike import find_alike_classes


def test_names_that_differ_in_case_spaces_or_signs_are_said() -> None:
    (note,) = find_alike_classes(["Normal", "Viral Pneumonia", "viral_pneumonia"])
    assert (note.code, note.level) == ("alike-classes", "grave")
    assert note.text.startswith("The classes 'Viral Pneumonia' and 'viral_pneumonia' differ only")
    assert "where the folders or the table say it" in note.remedy
    assert find_alike_classes(["1", "10", "grade 1", "+", "-"]) == ()
