"""Arrays of one shape on disk, a row an item, found by what the item is (a content hash).

A set of rows only grows: a subset, a fold or a second seed is row numbers into the set, and one
item more costs one row. Several processes may share a set; one at a time appends. A row counts from
the moment its key is written, which is after the row itself is on disk: what was cut off in between
is written over.

    rows.bin    the arrays, one after the other
    keys.bin    the keys (SHA-256), in the same order
    users/      a lock for each process that reads; while one is held the rows are not evicted
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import filelock
import numpy as np
from numpy.typing import DTypeLike, NDArray

from medapp.errors import WorkspaceError

KEY_BYTES = 32
# Rows whose keys are written together, and which a process that is killed loses at most.
KEPT_AT_ONCE = 256
# How long a process waits while another one computes the same rows.
PATIENCE_SECONDS = 24 * 3600.0

Numbers = NDArray[np.int64]


def list_keys(folder: Path) -> set[str]:
    """The keys, in hex, of the rows in a folder; none where they cannot be read."""
    content = b""
    with contextlib.suppress(OSError):
        content = (folder / "keys.bin").read_bytes()
    return {content[at : at + KEY_BYTES].hex() for at in range(0, len(content), KEY_BYTES)}


class Rows:
    """A set of rows in a folder, held open by this process until `close`.

    Args:
        shape, dtype: of one row.

    Raises:
        WorkspaceError: the disk is full, or the folder may not be written.
    """

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self.folder = folder
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.row_bytes = int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize
        with self._in_words():
            (folder / "users").mkdir(parents=True, exist_ok=True)
            self._use = filelock.FileLock(folder / "users" / f"{os.getpid()}-{uuid.uuid4().hex}")
            self._use.acquire()
            os.utime(folder)
        self._numbers: dict[bytes, int] = {}
        self._read_keys()

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, keys: Sequence[str]) -> Numbers:
        """The row numbers (N,) of keys in hex; -1 for one that has no row yet."""
        found = [self._numbers.get(bytes.fromhex(key), -1) for key in keys]
        return np.array(found, np.int64)

    def fill(
        self, keys: Sequence[str], compute: Callable[[list[int]], Iterator[NDArray[Any]]]
    ) -> Numbers:
        """The row numbers (N,) of all keys; what has no row is computed and appended.

        Args:
            compute: takes the indices into `keys` of those that have no row, of equal keys the
                first, and gives their rows in that order. Rows given before an error are kept.
        """
        if (self.find(keys) < 0).any():
            with self._in_words(), self._lock_writing():
                # Another process may have appended some of the rows meanwhile.
                self._read_keys()
                missing = self._list_missing(keys)
                if missing:
                    self._append(keys, missing, compute)
        return self.find(keys)

    def open_array(self) -> NDArray[Any]:
        """All rows (N, *shape), memory-mapped, not to be written to."""
        if not len(self) or not self.row_bytes:
            return np.zeros((len(self), *self.shape), self.dtype)
        shape = (len(self), *self.shape)
        return np.memmap(self.folder / "rows.bin", self.dtype, mode="r", shape=shape)

    def close(self) -> None:
        """Say that this process reads the rows no more."""
        self._use.release()
        with contextlib.suppress(OSError):
            Path(self._use.lock_file).unlink()

    def _read_keys(self) -> None:
        path = self.folder / "keys.bin"
        content = path.read_bytes() if path.is_file() else b""
        count = len(content) // KEY_BYTES
        # A file that lost its end has no more rows than it holds.
        if self.row_bytes:
            rows = self.folder / "rows.bin"
            count = min(count, (rows.stat().st_size if rows.is_file() else 0) // self.row_bytes)
        starts = range(0, count * KEY_BYTES, KEY_BYTES)
        self._numbers = {content[at : at + KEY_BYTES]: row for row, at in enumerate(starts)}

    def _list_missing(self, keys: Sequence[str]) -> list[int]:
        seen = set(self._numbers)
        missing = []
        for index, key in enumerate(bytes.fromhex(key) for key in keys):
            if key not in seen:
                missing.append(index)
                seen.add(key)
        return missing

    def _append(
        self,
        keys: Sequence[str],
        missing: list[int],
        compute: Callable[[list[int]], Iterator[NDArray[Any]]],
    ) -> None:
        self._refuse_full_disk(len(missing) * (self.row_bytes + KEY_BYTES))
        known = len(self)
        with (
            (self.folder / "rows.bin").open("r+b" if known else "wb") as rows,
            (self.folder / "keys.bin").open("r+b" if known else "wb") as names,
        ):
            rows.truncate(known * self.row_bytes)
            names.truncate(known * KEY_BYTES)
            rows.seek(0, os.SEEK_END)
            names.seek(0, os.SEEK_END)
            waiting: list[bytes] = []

            def keep() -> None:
                """Flush the rows, then name them."""
                rows.flush()
                os.fsync(rows.fileno())
                names.write(b"".join(waiting))
                names.flush()
                for key in waiting:
                    self._numbers[key] = len(self._numbers)
                waiting.clear()

            try:
                for index, row in zip(missing, compute(missing), strict=True):
                    rows.write(np.ascontiguousarray(row, self.dtype).data)
                    waiting.append(bytes.fromhex(keys[index]))
                    if len(waiting) == KEPT_AT_ONCE:
                        keep()
            finally:
                keep()

    @contextlib.contextmanager
    def _lock_writing(self) -> Iterator[None]:
        lock = filelock.FileLock(self.folder / "write.lock")
        try:
            lock.acquire(timeout=PATIENCE_SECONDS)
        except filelock.Timeout as error:
            raise WorkspaceError(
                f"Another process has been writing to the cache {self.folder} for a day.",
                remedy="End that process, then try again.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _refuse_full_disk(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if size > free - 2**20:
            needed = f"{size / 2**20:.1f} MiB are needed and {max(free, 0) / 2**20:.1f} are free"
            raise OSError(needed)

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise WorkspaceError(
                f"The cache {self.folder} cannot be written: {reason}.",
                remedy="Free some space or clear it.",
            ) from error


def is_in_use(folder: Path) -> bool:
    """Whether a living process reads the rows in a folder; locks of ended ones are deleted."""
    users = folder / "users"
    if not users.is_dir():
        return False
    for path in users.iterdir():
        try:
            with filelock.FileLock(path, timeout=0):
                pass
            path.unlink(missing_ok=True)
        except filelock.Timeout:
            return True
        except OSError:
            # The lock is another user's, or is gone.
            continue
    return False
