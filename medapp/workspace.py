"""Where everything lives on disk. `MEDAPP_HOME` moves it; without it the workspace is `~/.medapp`.

<root>/catalog.sqlite       data sets and their samples           (data/catalog.py)
<root>/data/<name>/         images that were uploaded or generated; registered folders stay where they are
<root>/runs/<id>/           one folder a run                      (runs/folder.py)
<root>/weights/             downloaded or hand-placed backbones   (models/weights.py)
<root>/cache/               pixels, features, thumbnails: safe to delete at any time
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from medapp.errors import WorkspaceError

ASSETS = Path(__file__).resolve().parent.parent / "assets"


@dataclass(frozen=True)
class Workspace:
    """The folder that holds a user's data sets, runs and caches."""

    root: Path

    @property
    def catalog_path(self) -> Path:
        return self.root / "catalog.sqlite"

    @property
    def data_folder(self) -> Path:
        return self.root / "data"

    @property
    def runs_folder(self) -> Path:
        return self.root / "runs"

    @property
    def weights_folder(self) -> Path:
        return self.root / "weights"

    @property
    def cache_folder(self) -> Path:
        return self.root / "cache"


def find_workspace() -> Workspace:
    """The workspace that `MEDAPP_HOME` names, else `~/.medapp`; its folders are made where they are missing.

    Raises:
        WorkspaceError: the folder cannot be made or written.
    """
    root = expand_path(os.environ.get("MEDAPP_HOME") or "~/.medapp")
    workspace = Workspace(root)
    try:
        for folder in (workspace.data_folder, workspace.runs_folder, workspace.weights_folder, workspace.cache_folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace {root} cannot be made: {error.strerror}. Set MEDAPP_HOME to a folder that you may write to."
        ) from error
    return workspace


def expand_path(path: str | Path) -> Path:
    """An absolute path; `~` is the home of the user, and stays as it is for a user whom nobody knows."""
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - Path.expanduser raises for an unknown user


@contextlib.contextmanager
def open_replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside `path`, flush it to disk, then rename it into place: a reader sees the old file or the new one, never a part.

    Raises:
        WorkspaceError: the disk is full, or the folder may not be written.
    """
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}.{os.urandom(4).hex()}")  # others may read it as the umask says
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkspaceError(f"{path} could not be written: {reason}. Free some space or check the permissions, then try again.") from error
    finally:
        with contextlib.suppress(OSError):  # never made, or a folder that may not be entered
            temporary.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content` in one step (see `open_replacing`)."""
    with open_replacing(path) as file:
        file.write(content)
