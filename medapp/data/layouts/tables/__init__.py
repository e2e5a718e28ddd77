"""Tables that say what images show: CSV, TSV, Excel, Parquet, JSON. One reader to text."""

from collections.abc import Callable
from pathlib import Path

from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.tables.delimited import read_delimited
from medapp.data.layouts.tables.parquet import read_parquet
from medapp.data.layouts.tables.records import read_json
from medapp.data.layouts.tables.table import MAX_BYTES, Table
from medapp.data.layouts.tables.workbook import read_workbook
from medapp.errors import DataError

_READERS: dict[str, Callable[[str, bytes], Table]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xls": read_workbook,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".parquet": read_parquet,
}
SUFFIXES = tuple(_READERS)


def read_table(name: str, content: bytes) -> Table:
    """A table from the bytes of its file.

    Args:
        name: of the file; its suffix tells the kind.

    Raises:
        DataError: of no kind that is read, damaged, empty or too large.
    """
    reader = _READERS.get(find_suffix(name))
    if reader is None:
        kinds = ", ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
        raise DataError(
            f"{name} is no table that MedApp reads.", remedy=f"Tables are files of {kinds}."
        )
    if len(content) > MAX_BYTES:
        refuse_size(name)
    if not content.strip():
        raise DataError(f"{name} is empty.", remedy="Choose a table with a row for each image.")
    return reader(name, content)


def load_table(path: Path) -> Table:
    """A table from its file.

    Raises:
        DataError: there is no such file, or as `read_table`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            refuse_size(path.name)
        content = path.read_bytes() if path.is_file() else None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"The table {path} cannot be opened: {reason}.", remedy="Check the path."
        ) from error
    if content is None:
        raise DataError(f"{path} is no file.", remedy="Name the table's file.")
    return read_table(path.name, content)


def refuse_size(name: str) -> None:
    """Say that a table's file is too large.

    Raises:
        DataError: always.
    """
    raise DataError(
        f"{name} is larger than {MAX_BYTES / 2**20:,.0f} MiB.",
        remedy="Keep the columns and rows that the images need.",
    )


__all__ = ["MAX_BYTES", "SUFFIXES", "Table", "load_table", "read_table"]
