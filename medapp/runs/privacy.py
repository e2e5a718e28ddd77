"""A run's files as they may leave this machine: without names of files, patients and sites.

Images stay known by the SHA-256 of their content, which tells nothing to somebody who has not the
image itself; patients and sites become numbers, so that images of one patient still stand together.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medapp.models.headers import METADATA, build_header, read_header
from medapp.runs.run import name_part
from medapp.runs.split_table import MOST, name_table

# Columns of a table of samples, each with what its values become.
NUMBERED = ("patient", "site")
DROPPED = ("name",)


def strip_table(path: Path) -> bytes:
    """A table of samples (parquet): no names of files, patients and sites as numbers."""
    table = pq.read_table(path)
    for column in DROPPED:
        if column in table.column_names:
            blank = pa.nulls(table.num_rows, pa.string())
            table = table.set_column(table.column_names.index(column), column, blank)
    for column in NUMBERED:
        if column in table.column_names:
            numbers = pa.array(_number(table[column].to_pylist()), pa.string())
            table = table.set_column(table.column_names.index(column), column, numbers)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink)
    return bytes(sink.getvalue())


def _number(values: list[str | None]) -> list[str | None]:
    """Each value as "#1", "#2", … in the order of first sight; None stays."""
    numbers: dict[str, str] = {}
    return [
        None if value is None else numbers.setdefault(value, f"#{len(numbers) + 1}")
        for value in values
    ]


def strip_recipe(text: str) -> str:
    """A recipe (JSON): patients and sites that were chosen as numbers, a path as its last name."""
    recipe = json.loads(text)
    for choice in recipe.get("data", {}).get("choices", []):
        only = choice.get("only", {})
        only |= {name: _number(only[name]) for name in NUMBERED if name in only}
    # In version 1 of the recipe the source stands at its top.
    owner = recipe if "source" in recipe else recipe.get("start", {})
    if isinstance(owner.get("source"), str):
        owner["source"] = owner["source"].replace("\\", "/").rpartition("/")[2]
    return json.dumps(recipe, indent=1, ensure_ascii=False)


def strip_events(content: bytes) -> bytes:
    """Events (a line each): no messages and no reasons, whose words may name files."""
    lines = []
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            # A line that was cut off counts as never written.
            continue
        if isinstance(event, dict) and event.get("kind") != "message":
            event.pop("reason", None)
            lines.append(json.dumps(event, ensure_ascii=False).encode() + b"\n")
    return b"".join(lines)


def strip_weights(path: Path) -> tuple[bytes, int]:
    """The header of a model's file, its recipe stripped, and where the tensors begin.

    Raises:
        WeightsError: the header is damaged.
    """
    values, start = read_header(path)
    metadata = values.get(METADATA, {})
    recipe = metadata.get("recipe", "{}")
    stripped = strip_recipe(recipe)
    if json.loads(stripped) == json.loads(recipe):
        # Nothing is left out: the file stays the same byte by byte, and so does its SHA-256.
        return b"", 0
    return build_header({**values, METADATA: {**metadata, "recipe": stripped}}), start


STRIPPED: dict[str, Callable[[Path], Any]] = {
    "recipe.json": lambda path: strip_recipe(path.read_text(encoding="utf-8")).encode(),
    "events.jsonl": lambda path: strip_events(path.read_bytes()),
    **{name_table(domain): strip_table for domain in range(MOST)},
    "seen.parquet": strip_table,
    **{name_part("predictions.parquet", domain): strip_table for domain in range(MOST)},
}
