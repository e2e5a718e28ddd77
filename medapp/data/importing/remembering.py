"""What was read of files by an import that did not come to its end, so that the next one goes on.

One file of JSON lines for each folder of images, in the cache: a line a file that was read, known
by its path, size and time. It is deleted once the data set stands in the catalog. Identifiers of
patients are hashed before they come here.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from medapp.data.layouts.layout import FoundFile
from medapp.data.reading import ReadFile
from medapp.imaging.image import ImageFacts
from medapp.imaging.readers.dicom_header import Header
from medapp.imaging.readers.picture import Spacing
from medapp.notes import read_note
from medapp.store.workspace import Workspace

VERSION = 3  # higher wherever the same file would be read to other facts
FLUSH_EVERY = 64  # files

Key = tuple[str, int | None]


class Memory:
    """What is remembered of a folder's files. Made by `open_memory`; for one thread."""

    def __init__(self, path: Path, file: IO[str] | None, known: dict[Key, ReadFile]) -> None:
        self.path = path
        self._file = file
        self._known = known
        self._waiting = 0

    def recall(self, file: FoundFile) -> ReadFile | None:
        """What was read of a file; None where nothing was, or the file has changed since."""
        found = self._known.get((str(file.path), file.frame))
        if found is None:
            return None
        try:
            facts = file.path.stat()
        except OSError:
            return None
        is_same = (found.file_bytes, found.modified_ns) == (facts.st_size, facts.st_mtime_ns)
        return found if is_same else None

    def keep(self, file: FoundFile, found: ReadFile) -> None:
        """Remember what was read of a file; a disk that is full keeps nothing."""
        key = (str(file.path), file.frame)
        if self._file is None or self._known.get(key) == found:
            return
        line = json.dumps([*key, asdict(found)], ensure_ascii=True)
        with contextlib.suppress(OSError):
            self._file.write(line + "\n")
            self._waiting += 1
            if self._waiting % FLUSH_EVERY == 0:
                self._file.flush()


@contextlib.contextmanager
def open_memory(workspace: Workspace, root: Path) -> Iterator[Memory]:
    """The memory of the files below a folder; what is kept stays until `forget`.

    Where the cache cannot be written, nothing is remembered.
    """
    path = _locate(workspace, root)
    known = _load(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a", encoding="utf-8")
    except OSError:
        yield Memory(path, None, known)
        return
    with contextlib.closing(opened):
        yield Memory(path, opened, known)


def count_remembered(workspace: Workspace, root: Path) -> int:
    """How many files below a folder were read by an import that has not come to its end."""
    return len(_load(_locate(workspace, root)))


def forget(workspace: Workspace, root: Path) -> None:
    """Forget what was read of a folder's files."""
    with contextlib.suppress(OSError):
        _locate(workspace, root).unlink(missing_ok=True)


def _locate(workspace: Workspace, root: Path) -> Path:
    key = hashlib.sha256(f"{VERSION} {root}".encode("utf-8", "surrogateescape")).hexdigest()
    return workspace.cache_folder / "imports" / f"{key[:32]}.jsonl"


def _load(path: Path) -> dict[Key, ReadFile]:
    known: dict[Key, ReadFile] = {}
    with contextlib.suppress(OSError), path.open(encoding="utf-8") as lines:
        for line in lines:
            # The last line of an import that was killed may be cut off.
            with contextlib.suppress(ValueError, TypeError, KeyError):
                name, frame, values = json.loads(line)
                known[name, frame] = _build(values)
    return known


def _build(values: dict[str, Any]) -> ReadFile:
    facts = values.pop("facts")
    header = values.pop("header")
    facts["notes"] = tuple(read_note(note) for note in facts["notes"])
    if facts["spacing"]:
        facts["spacing"] = Spacing(**facts["spacing"])
    if facts["frames"]:
        at, of = facts["frames"]
        facts["frames"] = (at, of)
    return ReadFile(
        **values, facts=ImageFacts(**facts), header=None if header is None else Header(**header)
    )
