"""JSON lines and JSON lists: columns that programs have named."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from medapp.data.layouts.tables.table import MAX_CELLS, Table, build_table, write_value
from medapp.errors import DataError

_REMEDY = "Save the table as CSV in UTF-8."


def read_json(name: str, content: bytes) -> Table:
    """A table of JSON objects: one a line, or a list of them.

    Lists within an object become cells divided by "|"; objects within are written as JSON.

    Raises:
        DataError: no JSON, or other values than objects.
    """
    try:
        text = content.decode("utf-8-sig")
        is_list = text.lstrip()[:1] == "["
        found = json.loads(text) if is_list else [json.loads(line) for line in _split(text)]
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        raise DataError(f"{name} cannot be read as JSON: {reason}.", remedy=_REMEDY) from error
    if not all(isinstance(record, dict) for record in found):
        raise DataError(f"{name} holds other values than objects.", remedy=_REMEDY)
    columns = list(dict.fromkeys(key for record in found for key in record))
    if len(columns) * len(found) > MAX_CELLS:
        raise DataError(f"{name} has more than {MAX_CELLS:,} cells.", remedy=_REMEDY)
    lines = ([_write(record.get(column)) for column in columns] for record in found)
    return build_table(name, _name(columns, lines))


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
