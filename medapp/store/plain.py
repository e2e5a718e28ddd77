"""Text from files and people as it can be shown anywhere: nothing in it acts on what shows it."""

import csv
import io
import logging
import re
import shlex
import unicodedata
from collections.abc import Iterable, Sequence

# Cells that a spreadsheet would take for a formula, or for one after the white space before it.
_FORMULA = re.compile(r"^[\s]*[=+\-@]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Control characters, those that turn the direction of writing, lone halves of a character.
_ACTING = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def show_controls(text: str, keep: str = "") -> str:
    """Text with what acts on a terminal or a page written as Python writes it, such as `\\x1b`.

    Args:
        keep: characters that stay as they are, such as line breaks between sentences of our own.
    """
    if text.isprintable():
        return text
    return "".join(_show(c) if c not in keep else c for c in text)


def _show(character: str) -> str:
    acts = unicodedata.category(character) in _ACTING or character in _TURNING
    return character.encode("unicode_escape").decode() if acts else character


def quote_word(text: str) -> str:
    """A name or a path as one word of a command that is to be typed.

    Double quotes serve every shell where nothing in the text acts within them.
    """
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'


def guard_cell(value: object) -> object:
    """A value for a cell of a CSV file: text that begins a formula gets a ' before it.

    Numbers stay as they are (OWASP, CSV injection).
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}" if _FORMULA.match(value) else value


def write_cells(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, each cell guarded (see `guard_cell`); lines end with a line feed."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerows(map(guard_cell, row) for row in rows)
    return file.getvalue()


class PlainFormatter(logging.Formatter):
    """Formats messages of a log for a terminal, on which nothing in them acts."""

    def format(self, record: logging.LogRecord) -> str:
        """The message as `logging` makes it, with its control characters shown."""
        return show_controls(super().format(record), keep="\n")
