"""Errors say what happened and what to do, to a page and to a shell each in its own words."""

import copy
import pickle

import pytest

from medapp.errors import DataError, Remedy, read_remedy
from medapp.notes import Note, read_note

APART = Remedy("Name the table.", "Name the table with --labels.")


def test_a_page_and_a_shell_say_an_error_each_in_its_own_words():
    error = DataError("It cannot\n be told.", remedy=APART)
    assert str(error) == "It cannot be told. Name the table."
    assert error.in_shell == "It cannot be told. Name the table with --labels."


def test_a_plain_remedy_says_the_same_everywhere():
    error = DataError("No such folder.", "Check  the\npath.")
    assert str(error) == error.in_shell == "No such folder. Check the path."


def test_a_remedy_is_still_a_text():
    assert APART == "Name the table."
    assert read_remedy(APART) is APART


@pytest.mark.parametrize("pass_on", [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_a_remedy_keeps_both_texts_when_it_is_passed_on(pass_on):
    assert pass_on(APART).in_shell == APART.in_shell
    assert pass_on(DataError("a", APART)).in_shell == "a Name the table with --labels."


def test_a_note_keeps_both_texts_when_it_is_stored():
    note = Note("code", "A fact.", "info", APART)
    stored = note.to_dict()
    assert stored == {
        "code": "code",
        "text": "A fact.",
        "level": "info",
        "remedy": "Name the table.",
        "in_shell": "Name the table with --labels.",
    }
    assert read_note(stored) == note
    assert read_note(stored).in_shell == "A fact. Name the table with --labels."


def test_a_note_with_one_wording_is_stored_as_before():
    stored = Note("code", "A fact.", "info", "Do it.").to_dict()
    assert stored == {"code": "code", "text": "A fact.", "level": "info", "remedy": "Do it."}
    assert read_note(stored).in_shell == "A fact. Do it."
