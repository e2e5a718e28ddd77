"""A note with its gravity."""

import pytest

from medapp.notes import Note, read_note, sort_notes


def test_a_note_comes_back_from_plain_values() -> None:
    note = Note("leak", "Images stand twice.", "grave", "Split again.")
    assert read_note(note.to_dict()) == note
    assert str(note) == "Images stand twice. Split again."


def test_an_older_note_is_its_text_alone() -> None:
    assert read_note("Few patients.") == Note("note", "Few patients.", "caution")


@pytest.mark.parametrize("value", [3, {"text": 3}, {"text": "a", "level": "terrible"}, None])
def test_what_is_no_note_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a note must"):
        read_note(value)


def test_the_gravest_note_comes_first_and_each_stands_once() -> None:
    info, first, second = Note("a", "a", "info"), Note("b", "b"), Note("c", "c")
    grave = Note("d", "d", "grave")
    assert sort_notes([info, first, grave, second, first]) == (grave, first, second, info)
