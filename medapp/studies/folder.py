"""The folder of a study: `study.json` says of what kind the study is, and what was asked or found.

What this module does not know: any kind of study.
"""

import functools
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from medapp.errors import RunError
from medapp.runs.locks import in_words
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace

FILE = "study.json"


def update_study(workspace: Workspace, id: str, values: Mapping[str, Any]) -> None:
    """Write some values of a study anew, and leave the others.

    Raises:
        RunError: the study's file is gone or damaged.
    """
    path = workspace.studies_folder / id / FILE
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps({**known, **values}, indent=1, ensure_ascii=False)
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"The study's file {path} cannot be read: {error}.") from error
    write_bytes(path, text.encode())


class Named(Protocol):
    """What each kind of study has."""

    @property
    def id(self) -> str:
        """What the study is found by; names its folder."""

    @property
    def name(self) -> str:
        """What people call the study."""


S = TypeVar("S", bound=Named)


def name_study() -> tuple[str, str]:
    """The id of a study that is made now, by which studies are in order, and the time in words."""
    made = datetime.now(UTC)
    return f"{made:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", made.isoformat(timespec="seconds")


def save_study(workspace: Workspace, kind: str, values: Mapping[str, Any]) -> Path:
    """Write a study's folder, and give it.

    Args:
        values: plain values for JSON, of which `id` names the folder.
    """
    folder = workspace.studies_folder / str(values["id"])
    with in_words(folder):
        folder.mkdir(parents=True)
    text = json.dumps({"kind": kind, **values}, indent=1, ensure_ascii=False)
    write_bytes(folder / FILE, text.encode())
    return folder


def load_studies(workspace: Workspace, kind: str) -> Iterator[dict[str, Any]]:
    """The values of all studies of a kind whose file can be read, newest first."""
    for path in sorted(workspace.studies_folder.glob(f"*/{FILE}"), reverse=True):
        try:
            signed = path.stat()
            facts = _load(path, signed.st_mtime_ns, signed.st_size)
        except (OSError, ValueError):
            continue
        if isinstance(facts, dict) and facts.get("kind") == kind:
            yield {name: value for name, value in facts.items() if name != "kind"}


@functools.lru_cache(1000)
def _load(path: Path, mtime: int, size: int) -> Any:
    """What a study's file holds, kept as long as it is as it was: a page asks at each draw."""
    return json.loads(path.read_text(encoding="utf-8"))


def find_named(known: Sequence[S], name: str, noun: str, nouns: str) -> S:
    """The study of this id or name.

    Args:
        noun, nouns: what one study of the kind is called, and several.

    Raises:
        RunError: there is none; names the newest ones.
    """
    found = next((study for study in known if name in (study.id, study.name)), None)
    if found is None:
        names = ", ".join(study.name for study in known[:5]) or "none yet"
        raise RunError(f"There is no {noun} {name!r}.", remedy=f"{nouns.capitalize()}: {names}.")
    return found
