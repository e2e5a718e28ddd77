"""CSV, TSV and text: the encoding and what divides the cells are found, and said."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from medapp.data.layouts.encoding import find_encoding
from medapp.data.layouts.tables.table import MAX_COLUMNS, Table, build_table
from medapp.errors import DataError

_DIVIDERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_LOOKED_AT = 200_000  # characters, by which the divider is found


def read_delimited(name: str, content: bytes) -> Table:
    """A table of text.

    Raises:
        DataError: the file is no text, is cut off within quotes, or is too large (`build_table`).
    """
    text, said = _decode(name, content)
    divider, text = _find_divider(name, text)
    if divider != "," and not name.casefold().endswith(".tsv"):
        said = [*said, f"{name}: the cells are divided by {_DIVIDERS[divider]}."]
    return build_table(name, _parse(name, text, divider), said)


def _decode(name: str, content: bytes) -> tuple[str, list[str]]:
    """The text, and a sentence where the encoding is another than UTF-8."""
    encoding = find_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise DataError(
                f"{name} begins like text in {encoding.upper()} and is none.",
                remedy="Save the table again, as CSV in UTF-8.",
            ) from error
        encoding = "cp1252"
        text = content.decode(encoding, "replace")
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            f"{name} holds characters of value 0 (line {row}), which no text has.",
            remedy="Save the table again, as CSV in UTF-8.",
        )
    if encoding in ("utf-8", "utf-8-sig"):
        return text, []
    shown = "Windows-1252" if encoding == "cp1252" else encoding.upper()
    why = ", as it is not valid UTF-8" if encoding == "cp1252" else ""
    return text, [f"{name} is read as {shown}{why}."]


def _find_divider(name: str, text: str) -> tuple[str, str]:
    """What divides the cells, and the text without a line that says so, as Excel writes it."""
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and first.strip()[4:5] in (*_DIVIDERS, ""):
        return first.strip()[4:5] or "\t", rest
    sample = text[:_LOOKED_AT]
    if name.casefold().endswith((".tsv", ".tab")) and "\t" in sample:
        return "\t", text
    is_text = name.casefold().endswith(".txt")
    dividers = [divider for divider in _DIVIDERS if divider != " " or is_text]
    return max(dividers, key=lambda divider: _judge(sample, divider)), text


def _judge(sample: str, divider: str) -> tuple[float, bool, int]:
    """How well a divider fits: share of lines with the commonest width, the first too, and that.

    A decimal comma divides each row of numbers, and not the names of the columns.
    """
    lines = csv.reader(io.StringIO(sample, newline=""), delimiter=divider, skipinitialspace=True)
    widths: Counter[int] = Counter()
    first = 0
    try:
        for line, _ in zip(lines, range(100), strict=False):
            first = first or len(line)
            widths[len(line)] += bool(line)
    except csv.Error:
        pass
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0, False, 0
    width = max(wide, key=lambda w: (wide[w], w))
    # A single line that differs may be the last of the sample, cut off, or a title.
    share = round(wide[width] / max(1, widths.total()), 1)
    return share, first == width, min(width, MAX_COLUMNS)


def _parse(name: str, text: str, divider: str) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=divider, skipinitialspace=True)
    try:
        yield from lines
    except csv.Error as error:
        raise DataError(
            f"{name} cannot be read as a table from line {lines.line_num:,} on: {error}.",
            remedy="A quote may not be closed there. Save the table again from a spreadsheet.",
        ) from error
