"""A table as it was written: names of columns, and rows of text.

No cell is a number here: "000" stays "000", and what a spreadsheet keeps as 1.0 is "1".
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from medapp.errors import DataError
from medapp.imaging.readers import list_suffixes

MAX_BYTES = 256 * 2**20  # of a table's file
MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 20_000_000
MAX_UNPACKED = 512 * 2**20  # of its text; a file that is packed may be far smaller


@dataclass(frozen=True)
class Table:
    """Rows of text with names of columns.

    Attributes:
        name: of the file, or its path below the folder it was found in.
        columns: names, each once; C of them.
        rows: (N, C) cells without the spaces around them; "" for an empty one.
        numbers: (N,) the row's number in the file, the first being 1, as a spreadsheet counts.
        sentences: how the file was read, where that was not plain.
        sources: (N,) the file of each row; empty where all are of the table's own.
        noun: what a row is: "row", or "object" where the columns are MedApp's own, of annotations.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    sentences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    noun: str = "row"

    def find_source(self, row: int) -> str:
        """The name of the file that a row stands in."""
        return self.sources[row] if self.sources else self.name

    def list_cells(self, column: str) -> list[str]:
        """A column's cells (N,).

        Raises:
            DataError: there is no such column; lists those there are.
        """
        place = self.find_column(column)
        return [row[place] for row in self.rows]

    def find_column(self, column: str) -> int:
        """The place of a column, by its name in any case.

        Raises:
            DataError: there is no such column; lists those there are.
        """
        if column in self.columns:
            return self.columns.index(column)
        folded = [name.casefold() for name in self.columns]
        if folded.count(column.strip().casefold()) == 1:
            return folded.index(column.strip().casefold())
        few = ", ".join(self.columns[:20])
        more = f" and {len(self.columns) - 20:,} more" if len(self.columns) > 20 else ""
        raise DataError(
            f"{self.name} has no column {column!r}.", remedy=f"Its columns are {few}{more}."
        )


def build_table(name: str, lines: Iterable[Sequence[str]], sentences: Sequence[str] = ()) -> Table:
    """A table from its lines, the first of which name the columns.

    Lines above the columns' names that hold a title alone are passed over. A table whose first line
    names an image file has no names of columns.

    Raises:
        DataError: there is no row, or there are too many rows or columns.
    """
    said = list(sentences)
    numbered = _read_lines(name, lines)
    if not numbered:
        raise DataError(f"{name} is empty.", remedy="Choose a table with a row for each image.")
    numbered, titles = _drop_titles(numbered)
    if titles:
        said.append(f"{name}: {titles} lines above the names of the columns are passed over.")
    if _is_row(numbered[0][1]):
        width = max(len(cells) for _, cells in numbered)
        header: Sequence[str] = [f"column {i + 1}" for i in range(width)]
        said.append(f"{name} names no columns; they are numbered.")
    else:
        header = numbered[0][1]
        numbered = numbered[1:]
    if not numbered:
        raise DataError(
            f"{name} has names of columns and no row.",
            remedy="Choose a table with a row for each image.",
        )
    return _fit(Table(name, tuple(header), (), (), tuple(said)), numbered)


def _read_lines(name: str, lines: Iterable[Sequence[str]]) -> list[tuple[int, list[str]]]:
    """Lines that hold anything, each with its number; empty cells at their ends are cut off."""
    found: list[tuple[int, list[str]]] = []
    cells_read = 0
    size = 0
    for number, cells in enumerate(islice(lines, MAX_ROWS + 2), start=1):
        cells_read += len(cells)
        size += sum(map(len, cells))
        if len(cells) > MAX_COLUMNS:
            _refuse(name, f"{len(cells):,} columns in row {number}, more than {MAX_COLUMNS:,}")
        if number > MAX_ROWS + 1:
            _refuse(name, f"more than {MAX_ROWS:,} rows")
        if cells_read > MAX_CELLS:
            _refuse(name, f"more than {MAX_CELLS:,} cells")
        # A cell that is repeated is kept once in some files, and costs memory when it is cut.
        if size > MAX_UNPACKED:
            _refuse(name, f"more than {MAX_UNPACKED / 2**20:,.0f} MiB of text")
        kept = [cell.strip() for cell in cells]
        while kept and not kept[-1]:
            kept.pop()
        if kept:
            found.append((number, kept))
    return found


def _refuse(name: str, what: str) -> None:
    raise DataError(
        f"{name} has {what}.",
        remedy="Keep the columns and rows that the images need: file, label, patient, split.",
    )


def _drop_titles(
    numbered: list[tuple[int, list[str]]],
) -> tuple[list[tuple[int, list[str]]], int]:
    """The lines from the first that is as wide as a table's; how many stood above."""
    widths = [sum(map(bool, cells)) for _, cells in numbered[:20]]
    if max(widths) < 2:
        return numbered, 0
    above = next(i for i, width in enumerate(widths) if width > 1)
    return numbered[above:], above


def _is_row(cells: Sequence[str]) -> bool:
    """Whether a first line is one of an image: it holds the name of an image file or a folder."""
    suffixes = tuple(list_suffixes())
    return any(cell.casefold().endswith((*suffixes, "/")) and len(cell) > 4 for cell in cells)


def _fit(table: Table, numbered: Sequence[tuple[int, list[str]]]) -> Table:
    """A table with these rows: columns named once, rows of equal width."""
    widest = max(len(cells) for _, cells in numbered)
    named = [*table.columns, *[""] * (widest - len(table.columns))]
    is_used = [bool(name) for name in named]
    for _, cells in numbered:
        for place, cell in enumerate(cells):
            is_used[place] = is_used[place] or bool(cell)
    kept = [place for place, used in enumerate(is_used) if used]
    columns, twice = _name_columns([named[place] for place in kept], kept)
    said = list(table.sentences)
    if twice:
        said.append(f"{table.name}: columns of one name are told by numbers: {', '.join(twice)}.")
    short = sum(len(cells) < len(table.columns) for _, cells in numbered)
    if short and table.columns[-1]:
        said.extend(_say_wide(table, numbered))
    rows = tuple(
        tuple(cells[place] if place < len(cells) else "" for place in kept) for _, cells in numbered
    )
    numbers = tuple(number for number, _ in numbered)
    return replace(table, columns=columns, rows=rows, numbers=numbers, sentences=tuple(said))


def _say_wide(table: Table, numbered: Sequence[tuple[int, list[str]]]) -> list[str]:
    wide = [number for number, cells in numbered if len(cells) > len(table.columns)]
    if not wide:
        return []
    few = ", ".join(map(str, wide[:3]))
    return [f"{table.name}: {len(wide):,} rows have more cells than there are columns ({few})."]


def _name_columns(names: Sequence[str], places: Sequence[int]) -> tuple[tuple[str, ...], list[str]]:
    """Names of columns, each once, and those that had to get a number."""
    seen: Counter[str] = Counter()
    taken = set(names)
    found: list[str] = []
    twice: list[str] = []
    for name, place in zip(names, places, strict=True):
        name = " ".join(name.split())[:200] or f"column {place + 1}"
        seen[name] += 1
        new = name
        while seen[name] > 1 and (new == name or new in taken):
            new = f"{name} ({seen[name]})"
            seen[name] += new in taken
        if new != name:
            twice.append(new)
        taken.add(new)
        found.append(new)
    return tuple(found), twice


def write_value(value: object) -> str:
    """A value that a program keeps, as a person would write it: 1.0 is "1", true "true"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list | tuple):
        return "|".join(write_value(part) for part in value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value)
