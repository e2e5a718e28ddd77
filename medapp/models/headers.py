"""The header of a `.safetensors` file: what stands before its tensors. No torch here.

8 bytes with the size of the rest of the header (little-endian), and JSON, padded with spaces so
that the tensors begin at a multiple of 8 bytes.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medapp.errors import WeightsError
from medapp.store.files import open_replacing

METADATA = "__metadata__"


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """The header's values, and where the tensors begin.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if 8 + size > path.stat().st_size:
                raise ValueError("the header is longer than the file")
            values = json.loads(file.read(size))
        if not isinstance(values, dict) or not isinstance(values.get(METADATA, {}), dict):
            raise ValueError("the header is no table")
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(
            f"{path.name} is damaged: what stands before its tensors cannot be read.",
            remedy="Start a new run.",
        ) from error
    return values, 8 + size


def build_header(values: Mapping[str, Any]) -> bytes:
    """A header; equal values give equal bytes, in whatever order they come."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def change_metadata(path: Path, changes: Mapping[str, str | None]) -> None:
    """Write metadata of a file anew; its tensors stay the same byte by byte.

    Args:
        changes: by name; None takes an entry away.

    Raises:
        WeightsError: the file is missing or damaged.
        WorkspaceError: the file may not be written.
    """
    values, start = read_header(path)
    metadata = {**values.get(METADATA, {}), **changes}
    kept = {name: text for name, text in metadata.items() if text is not None}
    with path.open("rb") as before, open_replacing(path) as after:
        after.write(build_header({**values, METADATA: kept}))
        before.seek(start)
        shutil.copyfileobj(before, after, 2**20)
