"""Folders and files of this machine that were looked at lately, for a workspace's folder picker."""

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace

KEPT = 8


def list_places(workspace: Workspace) -> Sequence[Path]:
    """The places that are still there, the latest first."""
    return [path for path in _load(workspace) if os.path.exists(path)]  # noqa: PTH110


def keep_place(workspace: Workspace, path: Path) -> None:
    """Put a place first. A workspace that cannot be written keeps none."""
    _save(workspace, [path, *(other for other in _load(workspace) if other != path)][:KEPT])


def forget_place(workspace: Workspace, path: Path) -> None:
    """Take a place out, if it is there."""
    _save(workspace, [other for other in _load(workspace) if other != path])


def _save(workspace: Workspace, places: Sequence[Path]) -> None:
    if list(places) == _load(workspace):
        return
    text = json.dumps([str(place) for place in places])
    with contextlib.suppress(WorkspaceError):
        write_bytes(_locate(workspace), text.encode())


def _load(workspace: Workspace) -> list[Path]:
    try:
        found = json.loads(_locate(workspace).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    texts = found if isinstance(found, list) else []
    return [Path(text) for text in texts if isinstance(text, str)]


def _locate(workspace: Workspace) -> Path:
    return workspace.root / "places.json"
