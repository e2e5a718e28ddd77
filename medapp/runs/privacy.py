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

from medapp.errors import WeightsError
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
    """The head of a `.safetensors` file, its recipe stripped, and where the tensors begin.

    The format is 8 bytes with the size of the head (little endian), the head (JSON), the tensors.

    Raises:
        WeightsError: the head is damaged.
    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if size > path.stat().st_size:
                raise ValueError("the head is longer than the file")
            head = json.loads(file.read(size))
        metadata = head.get("__metadata__", {})
        recipe = metadata.get("recipe", "{}")
        stripped = strip_recipe(recipe)
    except (ValueError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"{path.name} is damaged: what stands before its tensors cannot be read.",
            remedy="Start a new run.",
        ) from error
    if json.loads(stripped) == json.loads(recipe):
        # Nothing is left out: the file stays the same byte by byte, and so does its SHA-256.
        return b"", 0
    metadata["recipe"] = stripped
    text = json.dumps(head, ensure_ascii=False).encode()
    # Tensors are aligned to 8 bytes, as the format's own writers do.
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, 8 + size


STRIPPED: dict[str, Callable[[Path], Any]] = {
    "recipe.json": lambda path: strip_recipe(path.read_text(encoding="utf-8")).encode(),
    "events.jsonl": lambda path: strip_events(path.read_bytes()),
    **{name_table(domain): strip_table for domain in range(MOST)},
    "seen.parquet": strip_table,
    **{name_part("predictions.parquet", domain): strip_table for domain in range(MOST)},
}
