"""Arrays and small files by key on disk: limited in size, the longest unused evicted first, safe to
delete at any time.

A key names content and settings, so an entry never goes stale. Several processes may share a cache:
an entry is written aside and renamed into place, and one that is gone or damaged counts as never
written.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import DTypeLike, NDArray

from medapp.errors import WorkspaceError
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace

LIMIT_BYTES = 8 * 2**30
# a file written aside that was not touched for so long belongs to a process that is gone
UNDER_WAY_SECONDS = 3600.0


def open_cache(workspace: Workspace, limit_bytes: int = LIMIT_BYTES) -> "Cache":
    """The workspace's cache."""
    return Cache(workspace.cache_folder, limit_bytes)


class Cache:
    """Entries of several kinds ("pixels", "features", "thumbnails") below one folder, by key
    (hexadecimal).
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder, self.limit_bytes = folder, limit_bytes
        self._known_bytes: int | None = (
            None  # measured once, then counted, so that a thumbnail costs no walk
        )

    def find(self, kind: str, key: str) -> Path | None:
        """The file of an entry, which then counts as just used; None where there is none."""
        for suffix in (".npy", ".bin"):
            path = self._place(kind, key, suffix)
            try:
                os.utime(path)
                return path
            except FileNotFoundError:
                continue
            except (
                OSError
            ):  # a cache on a disk that may only be read works too, without the order of use
                return path
        return None

    def load_array(self, kind: str, key: str) -> NDArray[Any] | None:
        """The array of an entry, memory-mapped, not to be written to; None where there is none or
        it is damaged.
        """
        path = self.find(kind, key)
        if path is None:
            return None
        try:
            array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError, SyntaxError):
            _unlink(path)
            return None
        return array

    def build_array(
        self,
        kind: str,
        key: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        fill: Callable[[NDArray[Any]], None],
    ) -> NDArray[Any]:
        """An entry that `fill` writes in place, so that memory stays free of it; memory-mapped.

        Raises:
            WorkspaceError: the disk is full, or may not be written.
        """
        path = self._place(kind, key, ".npy")
        aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_full_disk(path.parent, size)
            if size == 0:
                np.save(aside.open("wb"), np.zeros(shape, dtype))
            else:
                array = open_memmap(aside, mode="w+", dtype=dtype, shape=shape)
                fill(array)
                array.flush()
                del array
            aside.replace(path)
            self._count(size, path)
            return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
        except OSError as error:
            reason = error.strerror or error
            raise WorkspaceError(
                f"The cache {self.folder} cannot be written: {reason}. Free some space or clear it."
            ) from error
        finally:
            _unlink(aside)

    def load_bytes(self, kind: str, key: str) -> bytes | None:
        """The bytes of an entry, or None."""
        path = self.find(kind, key)
        with contextlib.suppress(OSError):
            return path.read_bytes() if path else None
        return None

    def save_bytes(self, kind: str, key: str, content: bytes) -> bytes:
        """Keep some bytes where the disk has room for them; gives them back."""
        path = self._place(kind, key, ".bin")
        with contextlib.suppress(WorkspaceError):
            write_bytes(path, content)
            self._count(len(content), path)
        return content

    def size_bytes(self) -> int:
        """What all entries take on disk."""
        return sum(size for _, size, _ in self._list())

    def clear(self) -> None:
        """Delete all entries, but none that is just being written.

        On Windows those that are in use stay.
        """
        for _, _, path in self._list():
            _unlink(path)
        self._known_bytes = None

    def _place(self, kind: str, key: str, suffix: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}{suffix}"

    def _count(self, size: int, newest: Path) -> None:
        self._known_bytes = (
            self.size_bytes() if self._known_bytes is None else self._known_bytes + size
        )
        if self._known_bytes > self.limit_bytes:
            self._evict(newest)

    def _evict(self, newest: Path) -> None:
        """Down to nine tenths of the limit, so that the next entries need no walk; never the
        newest.
        """
        entries = sorted(self._list())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= 0.9 * self.limit_bytes:
                break
            if path != newest:
                _unlink(path)
                total -= size
        self._known_bytes = total

    def _list(self) -> Iterator[tuple[float, int, Path]]:
        """When last used, size and place of each entry; what another process writes or deletes
        meanwhile is left out.
        """
        for place, _, names in os.walk(self.folder):
            for name in names:
                with contextlib.suppress(OSError):
                    facts = (path := Path(place, name)).stat()
                    if not name.startswith(".") or time.time() - facts.st_mtime > UNDER_WAY_SECONDS:
                        yield facts.st_mtime, facts.st_size, path


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):  # gone already, or in use on Windows
        path.unlink()


def _refuse_full_disk(folder: Path, size: int) -> None:
    """A memory-mapped file that outgrows the disk would end the process by a signal, so room is
    asked for before.
    """
    free = shutil.disk_usage(folder).free
    if size > free - 2**20:
        raise OSError(f"{size / 2**20:.1f} MiB are needed and {max(free, 0) / 2**20:.1f} are free")
