"""What a benchmark of many runs has measured, a row a line: it goes on where it was stopped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def load_rows(path: Path) -> list[Row]:
    """The rows that stand in a file; none where there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def has_row(path: Path, key: Mapping[str, Any]) -> bool:
    """Whether a row of the file has all these values."""
    return any(key.items() <= row.items() for row in load_rows(path))


def append_row(path: Path, row: Mapping[str, Any]) -> None:
    """Add a row at the end of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
