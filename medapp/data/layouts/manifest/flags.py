"""Columns of 0 and 1 that say who is in a split, such as `is_train` and `is_test`."""

from collections.abc import Mapping, Sequence

from medapp.data.layouts.manifest.marks import ABSENT, BLANK, PRESENT, read_mark
from medapp.data.layouts.manifest.words import fold, split_words
from medapp.data.layouts.tables import Table
from medapp.data.layouts.template import find_split
from medapp.data.samples import SPLITS

_BEFORE = ("is", "in")
_AFTER = ("image", "img", "sample", "set")


def find_flags(table: Table, asked: str = "") -> dict[str, str]:
    """The columns that say who is in a split: each with that split.

    A name that may mean something else counts beside one of another split only: `is_valid`, and a
    split's bare name.

    Args:
        asked: a column of which a user says that it tells the split.
    """
    named = {column: find_split(_find_core(column)) for column in table.columns}
    found = {c: split for c, split in named.items() if split and _has_marks(table, c)}
    sure = {c: split for c, split in found.items() if c == asked or _is_sure(c)}
    splits = set(found.values())
    return found if len(splits) > 1 and (sure or "train" in splits) else sure


def _find_core(column: str) -> str:
    """The one word of a column's name that may be a split, without "is" and "image"; else ""."""
    words = split_words(column)
    if len(words) == 1 and words[0].startswith("is"):
        words = ["is", words[0][2:]]
    words = words[1:] if words[:1] and words[0] in _BEFORE else words
    words = words[:-1] if len(words) > 1 and words[-1] in _AFTER else words
    return words[0] if len(words) == 1 and words[0].isalpha() else ""


def read_flags(values: Mapping[str, str], flags: Mapping[str, str]) -> tuple[str | None, str]:
    """The split that an image's values say, and what is wrong with them.

    Args:
        values: column → what an image's rows say in it.
        flags: column → its split, as `find_flags` gives them.
    """
    marks = {column: read_mark(values[column]) for column in flags}
    said = sorted({flags[column] for column, mark in marks.items() if mark == PRESENT})
    if len(said) > 1:
        return None, f"its rows say that it is in several splits ({', '.join(said)})"
    if said:
        return said[0], ""
    if BLANK in marks.values():
        return None, ""
    rest = find_rest(list(flags.values()))
    return rest, "" if rest else "its rows say that it is in no split"


def find_rest(splits: Sequence[str]) -> str | None:
    """The split of images that are in none of these: training, or where it is named, what is left.

    Of one that trains or not, the others test.
    """
    left = [split for split in SPLITS if split not in splits]
    if "train" in left:
        return "train"
    return left[-1] if left else None


def describe_flags(flags: Mapping[str, str]) -> str:
    """What 0 and 1 in the columns mean, in a sentence."""
    ones = ", ".join(f"1 in {column!r} is {split}" for column, split in flags.items())
    rest = find_rest(list(flags.values()))
    return f"{ones}; the others are {rest}." if rest else f"{ones}."


def _has_marks(table: Table, column: str) -> bool:
    marks = {read_mark(cell) for cell in set(table.list_cells(column))}
    return marks <= {PRESENT, ABSENT, BLANK} and marks != {BLANK}


def _is_sure(column: str) -> bool:
    return fold(column)[:2] in _BEFORE and _find_core(column) != "valid"
