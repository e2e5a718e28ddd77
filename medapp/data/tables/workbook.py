"""Excel workbooks (.xlsx): the first sheet that holds a table, formulas as their last values.

A sheet far shorter than the longest is a legend or a title page, and is passed over.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from medapp.data.tables.table import MAX_COLUMNS, MAX_ROWS, Table, build_table, write_value
from medapp.errors import DataError

_LEGEND = 10  # times shorter than the longest sheet: no table of the images
MAX_UNPACKED = 512 * 2**20  # bytes of a workbook's parts; more are no table of images


def read_workbook(name: str, content: bytes) -> Table:
    """The table of a workbook's first sheet that has rows, and is no legend.

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
            sheets = [(sheet.title, list(_list_lines(sheet))) for sheet in book.worksheets]
    except DataError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parsers do: KeyError, ValueError, ParseError, BadZipFile …
        raise DataError(
            f"{name} cannot be read as an Excel workbook ({type(error).__name__}: {error}).",
            remedy="Save it again as .xlsx, or as CSV in UTF-8.",
        ) from error
    sizes = {title: sum(map(any, lines)) for title, lines in sheets}
    filled = [(title, lines) for title, lines in sheets if sizes[title] > 1]
    if not filled:
        raise DataError(f"{name} has no sheet with rows.", remedy="Choose another table.")
    longest = max(sizes.values())
    title, lines = next(pair for pair in filled if _LEGEND * sizes[pair[0]] >= longest)
    said = [f"{name}: the sheet {title!r} is read."] if len(sheets) > 1 else []
    if len(filled) > 1:
        others = ", ".join(repr(other) for other, _ in filled if other != title)
        said = [f"{name}: the sheet {title!r} is read, and not {others}."]
    return build_table(name, lines, said)


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
