"""What is kept to be faster, by key: limited in size, the longest unused evicted first.

A key names content and settings, so an entry never goes stale; all of it may be deleted at any
time. An entry is a small file (a thumbnail) or a folder of rows (pixels, features). Rows that a
living process reads are never evicted. Several processes may share a cache: a file is written aside
and then renamed, and one that is gone counts as never written.
"""

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import DTypeLike

from medapp.errors import WorkspaceError
from medapp.store.files import write_bytes
from medapp.store.rows import Rows, is_in_use, list_keys
from medapp.store.workspace import Workspace

LIMIT_BYTES = 8 * 2**30
# A file written aside that was not touched for so many seconds belongs to a process that is gone.
UNDER_WAY_SECONDS = 3600.0
ROWS_SUFFIX = ".rows"


def open_cache(workspace: Workspace, limit_bytes: int = LIMIT_BYTES) -> "Cache":
    """The workspace's cache."""
    return Cache(workspace.cache_folder, limit_bytes)


@dataclass(frozen=True, order=True)
class Entry:
    """One entry: when it was last used (seconds), its size in bytes, its file or folder."""

    used: float
    size: int
    path: Path


class Cache:
    """Entries of several kinds ("pixels", "features", "thumbnails") below one folder."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        # Measured once and then counted, because a walk over all entries takes time.
        self._known_bytes: int | None = None

    def open_rows(self, kind: str, key: str, shape: tuple[int, ...], dtype: DTypeLike) -> Rows:
        """The rows of a key, which then count as just used; made where there are none.

        Room is made first: where the limit is passed, entries that nobody reads are evicted.

        Raises:
            WorkspaceError: the disk is full, or may not be written.
        """
        self.make_room()
        return Rows(self._locate(kind, key, ROWS_SUFFIX), shape, dtype)

    def has_rows(self, kind: str, key: str) -> bool:
        """Whether rows were ever opened under a key, and not evicted since."""
        return self._locate(kind, key, ROWS_SUFFIX).is_dir()

    def load_bytes(self, kind: str, key: str) -> bytes | None:
        """The bytes of an entry, which then counts as just used; None where there is none."""
        path = self._locate(kind, key, ".bin")
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            # On a disk that may only be read, the order of use is not kept.
            with contextlib.suppress(OSError):
                os.utime(path)
            return content
        return None

    def save_bytes(self, kind: str, key: str, content: bytes) -> bytes:
        """Keep some bytes where the disk has room for them; gives them back."""
        path = self._locate(kind, key, ".bin")
        with contextlib.suppress(WorkspaceError):
            write_bytes(path, content)
            if self._known_bytes is None:
                self._known_bytes = self.size_bytes()
            else:
                self._known_bytes += len(content)
            if self._known_bytes > self.limit_bytes:
                self.make_room(newest=path)
        return content

    def size_bytes(self) -> int:
        """What all entries take on disk."""
        return sum(entry.size for entry in self._list())

    def clear(self) -> None:
        """Delete all entries but those that are being written or read."""
        for entry in self._list():
            _delete(entry.path)
        self._known_bytes = None

    def forget(self, hashes: Collection[str]) -> None:
        """Delete what is kept of images, given by the SHA-256 of their content (hex).

        Rows go whole, with those of other images: they are made again when they are needed. What
        somebody reads stays, until it is evicted.
        """
        for entry in self._list():
            if entry.path.suffix == ROWS_SUFFIX:
                kept = list_keys(entry.path)
            else:
                kept = {entry.path.name.removesuffix(".bin").partition("-")[0]}
            if not kept.isdisjoint(hashes):
                _delete(entry.path)
        self._known_bytes = None

    def make_room(self, newest: Path | None = None) -> None:
        """Evict the longest unused entries where the limit is passed.

        Eviction ends at nine tenths of the limit, so that the next entries need no walk. Rows that
        somebody reads are never evicted.

        Args:
            newest: an entry that is never evicted either.
        """
        entries = sorted(self._list())
        total = sum(entry.size for entry in entries)
        if total > self.limit_bytes:
            for entry in entries:
                if total <= 0.9 * self.limit_bytes:
                    break
                if entry.path != newest and _delete(entry.path):
                    total -= entry.size
        self._known_bytes = total

    def _locate(self, kind: str, key: str, suffix: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}{suffix}"

    def _list(self) -> Iterator[Entry]:
        """Each entry; what another process writes or deletes meanwhile is left out."""
        for folder, folders, names in os.walk(self.folder):
            for name in [name for name in folders if name.endswith(ROWS_SUFFIX)]:
                folders.remove(name)
                with contextlib.suppress(OSError):
                    path = Path(folder, name)
                    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file())
                    yield Entry(path.stat().st_mtime, size, path)
            for name in names:
                with contextlib.suppress(OSError):
                    path = Path(folder, name)
                    facts = path.stat()
                    is_old = time.time() - facts.st_mtime > UNDER_WAY_SECONDS
                    if not name.startswith(".") or is_old:
                        yield Entry(facts.st_mtime, facts.st_size, path)


def _delete(path: Path) -> bool:
    """Delete an entry, and say whether that worked: rows that are read stay.

    On Windows a file that is in use stays too.
    """
    if path.suffix == ROWS_SUFFIX:
        return _delete_rows(path)
    try:
        path.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _delete_rows(path: Path) -> bool:
    """Delete rows, unless somebody reads them; says whether they are gone.

    They are renamed first, so that nobody opens them between the question and the end.
    """
    if is_in_use(path):
        return False
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}{ROWS_SUFFIX}")
    try:
        path.rename(aside)
    except OSError:
        return not path.exists()
    if is_in_use(aside):
        # Somebody opened the rows meanwhile: they are put back, unless new ones stand there by now.
        with contextlib.suppress(OSError):
            aside.rename(path)
            return False
    shutil.rmtree(aside, ignore_errors=True)
    return not aside.exists()
