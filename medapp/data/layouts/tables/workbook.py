"""Excel workbooks (.xlsx): the first sheet that holds a table, formulas as their last values.

A sheet far shorter than the longest is a legend or a title page, and is passed over.
"""

import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from medapp.data.layouts.tables.table import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED,
    Table,
    build_table,
    write_value,
)
from medapp.errors import DataError

_LEGEND = 10  # times shorter than the longest sheet: no table of the images


def read_workbook(name: str, content: bytes) -> Table:
    """The table of a workbook's first sheet that has rows, and is no legend.

    The rows of other sheets are counted, and not kept.

    Raises:
        DataError: the file is damaged, no workbook, or holds no table.
    """
    import openpyxl

    _check(name, content)
    try:
        with warnings.catch_warnings():
            # What openpyxl does not keep (styles, validation) says nothing of the cells.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet, others = _choose_sheet(name, book.worksheets)
            said = [f"{name}: the sheet {sheet.title!r} is read{others}."]
            is_alone = len(book.worksheets) == 1
            return build_table(name, _list_lines(sheet), [] if is_alone else said)
    except DataError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parsers do: KeyError, ValueError, ParseError, BadZipFile …
        raise DataError(
            f"{name} cannot be read as an Excel workbook ({type(error).__name__}: {error}).",
            remedy="Save it again as .xlsx, or as CSV in UTF-8.",
        ) from error


def _choose_sheet(name: str, sheets: Sequence[Any]) -> tuple[Any, str]:
    """The sheet to read, and which others have rows, in words."""
    most = 2 if len(sheets) == 1 else MAX_ROWS
    sizes = [_count_rows(sheet, most) for sheet in sheets]
    filled = [(sheet, size) for sheet, size in zip(sheets, sizes, strict=True) if size > 1]
    if not filled:
        raise DataError(f"{name} has no sheet with rows.", remedy="Choose another table.")
    longest = max(sizes)
    chosen = next(sheet for sheet, size in filled if _LEGEND * size >= longest)
    others = ", ".join(repr(sheet.title) for sheet, _ in filled if sheet is not chosen)
    return chosen, f", and not {others}" if others else ""


def _count_rows(sheet: Any, most: int) -> int:
    """How many rows hold anything, counted up to so many."""
    return sum(1 for _ in itertools.islice(filter(None, _list_lines(sheet)), most))


def _check(name: str, content: bytes) -> None:
    """Refuse what is no zip, and one that unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        what = "is an old Excel file" if content[:4] == b"\xd0\xcf\x11\xe0" else "is no workbook"
        raise DataError(
            f"{name} {what}, which MedApp does not read.",
            remedy="Save it as .xlsx, or as CSV in UTF-8.",
        ) from error
    if size > MAX_UNPACKED:
        raise DataError(
            f"{name} unpacks to {size / 2**20:,.0f} MiB, more than {MAX_UNPACKED / 2**20:,.0f}.",
            remedy="Save the sheet as CSV.",
        )


def _list_lines(sheet: Any) -> Iterator[list[str]]:
    # What a sheet says of its size may be wrong either way.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        if number > MAX_ROWS + 2:
            return
        line = [_write_cell(cell) for cell in cells]
        while line and not line[-1]:
            line.pop()
        yield line


def _write_cell(cell: Any) -> str:
    """A cell as the sheet shows it: a whole number with a format of zeros keeps them."""
    value = cell.value
    text = write_value(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and text.isdigit():
        shown = getattr(cell, "number_format", "") or ""
        return text.zfill(len(shown)) if re.fullmatch("0{2,30}", shown) else text
    return text
