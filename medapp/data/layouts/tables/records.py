"""JSON lines, lists and objects: columns that programs have named."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from medapp.data.layouts.tables.table import MAX_CELLS, Table, build_table, write_value
from medapp.errors import DataError

# Columns of an object whose keys name images.
IMAGE = "image"
LABEL = "label"
_REMEDY = "Save the table as CSV in UTF-8."


def read_json(name: str, content: bytes) -> Table:
    """A table of JSON: an object a line or a list of them, or one object that names images.

    Of an object, each key names an image, with its label or with an object of columns; an object
    with one list in it is that list. Rows of a list may be lists of cells too. Lists within become
    cells divided by "|"; objects within are written as JSON.

    Raises:
        DataError: no JSON, or other values.
    """
    try:
        found = _load(name, content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise DataError(f"{name} cannot be read as JSON: {reason}.", remedy=_REMEDY) from error
    if isinstance(found, dict):
        found = _list_records(found)
    if found and all(isinstance(row, list) for row in found):
        return build_table(name, ([_write(cell) for cell in row] for row in found))
    if not all(isinstance(record, dict) for record in found):
        raise DataError(f"{name} holds other values than objects.", remedy=_REMEDY)
    columns = list(dict.fromkeys(key for record in found for key in record))
    if len(columns) * len(found) > MAX_CELLS:
        raise DataError(f"{name} has more than {MAX_CELLS:,} cells.", remedy=_REMEDY)
    lines = ([_write(record.get(column)) for column in columns] for record in found)
    return build_table(name, _name(columns, lines))


def _load(name: str, text: str) -> Any:
    """What a file holds: all of it, or the objects on its lines."""
    is_whole = text.lstrip()[:1] == "[" or name.casefold().endswith(".json")
    if is_whole:
        try:
            return json.loads(text)
        except ValueError:
            # Some programs call lines of JSON so too.
            if len(lines := _split(text)) < 2 or text.lstrip()[:1] != "{":
                raise
            return [json.loads(line) for line in lines]
    return [json.loads(line) for line in _split(text)]


def _list_records(found: dict[str, Any]) -> list[Any]:
    """The rows of one object."""
    values = list(found.values())
    only = values[0] if len(values) == 1 and isinstance(values[0], list) else []
    if only and all(isinstance(row, dict | list) for row in only):
        return only
    if values and all(isinstance(value, dict) for value in values):
        return [{IMAGE: key, **value} for key, value in found.items()]
    return [{IMAGE: key, LABEL: value} for key, value in found.items()]


def _split(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _write(value: Any) -> str:
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(part, dict | list) for part in value)
    ):
        return json.dumps(value, ensure_ascii=False)
    return write_value(value)


def _name(columns: Sequence[str], lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield list(columns)
    yield from lines
