"""What was uploaded to be predicted or imported, in a place of its own, and for a stated time.

    <root>/uploads/<server>/lock         held by the server as long as it lives
    <root>/uploads/<server>/<upload>/    the files of one upload, under their own names

Names of files may name patients: an upload is forgotten on request, `KEPT_HOURS` after it was last
added to, when its server ends, and, where the server was killed, when the next one starts.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock

from medapp.errors import WorkspaceError
from medapp.store.workspace import Workspace

KEPT_HOURS = 12
KEPT = f"Kept on this machine for {KEPT_HOURS} hours at most, or until MedApp ends."


@dataclass(frozen=True)
class Upload:
    """A folder of files that were uploaded: how many, their bytes, when it was last added to."""

    folder: Path
    files: int
    size: int
    changed: float


class Uploads:
    """The uploads of one process. What processes that have ended left is deleted first.

    Raises:
        WorkspaceError: the folder cannot be made.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.uploads_folder / os.urandom(8).hex()
        _sweep_abandoned(workspace)
        try:
            self.folder.mkdir(parents=True, mode=0o700)
            self._lock = filelock.FileLock(self.folder / "lock")
            self._lock.acquire(timeout=1)
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot be made: {error.strerror}.",
                remedy="Free some space or check the permissions.",
            ) from error

    def make_folder(self) -> Path:
        """A new, empty folder for one upload."""
        folder = self.folder / f"upload-{os.urandom(8).hex()}"
        folder.mkdir(mode=0o700)
        return folder

    def list_all(self) -> Sequence[Upload]:
        """The uploads, the newest last."""
        folders = [path for path in self.folder.iterdir() if path.is_dir()]
        return sorted(map(_measure, folders), key=lambda upload: upload.changed)

    def find(self, name: str) -> Path | None:
        """The folder of this name, where there is one."""
        return next((path for path in self.folder.iterdir() if path.name == name), None)

    def forget(self, folder: Path) -> None:
        """Delete an upload; one that has gone already is no error."""
        shutil.rmtree(folder, ignore_errors=True)

    def forget_old(self, now: float) -> None:
        """Delete the uploads whose time is over.

        Args:
            now: in seconds since 1970.
        """
        for upload in self.list_all():
            if abs(now - upload.changed) > KEPT_HOURS * 3600:
                self.forget(upload.folder)

    def close(self) -> None:
        """Delete all uploads of this process."""
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def _measure(folder: Path) -> Upload:
    """Count a folder's files; one that goes meanwhile is left out."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    size, changed = 0, time.time()
    with contextlib.suppress(OSError):
        size = sum(path.stat().st_size for path in files)
        changed = folder.stat().st_mtime
    return Upload(folder, len(files), size, changed)


def _sweep_abandoned(workspace: Workspace) -> None:
    """Delete what processes left that no longer live."""
    # Version 0.1 kept uploads in the cache.
    for pattern in ("upload-*", "tmp*"):
        for path in workspace.cache_folder.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        for path in workspace.uploads_folder.iterdir():
            try:
                with filelock.FileLock(path / "lock").acquire(timeout=0):
                    shutil.rmtree(path, ignore_errors=True)
            except filelock.Timeout:
                continue
