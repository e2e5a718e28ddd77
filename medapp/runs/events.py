"""One line of `events.jsonl` → an event: what happened, with what its kind promises.

A line that was cut off, or that holds less than its kind promises, counts as never written: whoever
reads events finds what it needs.
"""

import json
from pathlib import Path
from typing import Any

from medapp.errors import WorkspaceError

Event = dict[str, Any]

_NUMBER = (int, float)
_HOLDS: dict[
    str, dict[str, type | tuple[type, ...]]
] = {  # at least, beside the time; a kind that is not here needs nothing
    "state": {"state": str},
    "plan": {"epochs": int, "steps_per_epoch": int, "classes": list},
    "resume": {"epoch": int, "step": int},
    "step": {
        "epoch": int,
        "step": int,
        "loss": _NUMBER,
        "rate": _NUMBER,
        "images_per_second": _NUMBER,
    },
    "epoch": {"epoch": int, "train_loss": _NUMBER, "is_best": bool},
    "progress": {"text": str, "done": int, "total": int},
    "message": {"text": str},
    "speed": {"forwards_per_second": _NUMBER},
}


def read_event(line: bytes) -> Event | None:
    """The event in a line, or None where it is damaged."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(event, dict)
        or not isinstance(event.get("kind"), str)
        or not isinstance(event.get("time"), _NUMBER)
    ):
        return None
    is_whole = all(
        isinstance(event.get(name), kind) for name, kind in _HOLDS.get(event["kind"], {}).items()
    )
    return event if is_whole else None


def merge_events(events: list[Event]) -> list[Event]:
    """Drop the steps and epochs that were taken again after a crash: the later ones count."""
    merged: list[Event] = []
    for event in events:
        if event.get("kind") == "resume":
            merged = [e for e in merged if not _is_after(e, event)]
        merged.append(event)
    return merged


def _is_after(event: Event, resume: Event) -> bool:
    if event["kind"] == "epoch":
        return bool(event["epoch"] > resume["epoch"])
    return event["kind"] == "step" and bool(event["step"] > resume["step"])


def read_tail(path: Path, size: int, tail: int) -> list[bytes]:
    """The whole lines among the last bytes of a file.

    Those that are cut at the front are left out.
    """
    if not size:
        return []
    lines = read_from(path, max(0, size - tail)).splitlines()
    return lines if tail >= size else lines[1:]


def read_from(path: Path, offset: int) -> bytes:
    """What a file holds from a byte offset on; raises WorkspaceError where it may not be read."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be read: {error.strerror}. Check the permissions, or delete the run."
        ) from error


def ends_with_newline(path: Path) -> bool:
    """Whether the last line of a file that is not empty is whole."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
