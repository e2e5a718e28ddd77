"""Cells that mark a finding: there, not there, uncertain, or nothing said."""

import re

PRESENT = "present"
ABSENT = "absent"
UNCERTAIN = "uncertain"
BLANK = "blank"

_MARKS = {
    PRESENT: ("1", "true", "yes", "y", "t", "positive", "pos", "present", "x", "+"),
    ABSENT: ("0", "false", "no", "n", "f", "negative", "neg", "absent"),
    UNCERTAIN: ("-1", "u", "uncertain", "maybe", "?", "equivocal"),
    BLANK: ("", "nan", "na", "n/a", "null", "none", "<na>", "nil"),
}
_MEANING = {mark: meaning for meaning, marks in _MARKS.items() for mark in marks}
_EMPTY = frozenset(("", "nan", "na", "n/a", "null", "<na>"))
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


def is_empty(cell: str) -> bool:
    """Whether a cell says nothing, as programs write that."""
    return cell.casefold() in _EMPTY


def clean(cell: str) -> str:
    """A cell that says something; "" for one that does not."""
    return "" if is_empty(cell) else cell


def write_whole(cell: str) -> str:
    """A cell, where a whole number has no ".0" that a program gave it."""
    match = _WHOLE.fullmatch(cell)
    return match[1] if match else cell


def read_mark(cell: str) -> str | None:
    """What a cell says of a finding; None where it is no mark."""
    return _MEANING.get(write_whole(cell).casefold())


def is_number_mark(cell: str) -> bool:
    """Whether a cell is 0, 1, -1 or empty, as columns of findings have them."""
    return write_whole(cell) in ("0", "1", "-1") or is_empty(cell)
