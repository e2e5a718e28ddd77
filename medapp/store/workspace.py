"""Where everything lives on disk: in the folder `MEDAPP_HOME` names, else in `~/.medapp`.

    <root>/catalog.sqlite    data sets and their samples                   (data/catalog.py)
    <root>/data/<name>/      images that were uploaded or generated        (data/importing.py)
    <root>/runs/<id>/        one folder a run                              (runs/run.py)
    <root>/weights/          backbones that were fetched or copied there   (models/weights.py)
    <root>/cache/            pixels, features, thumbnails; may be deleted  (store/cache.py)
    <root>/uploads/          uploads, for some hours                       (store/uploads.py)

Folders of images that were registered stay where they are.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.store.files import expand_path


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

    @property
    def uploads_folder(self) -> Path:
        return self.root / "uploads"


def find_workspace() -> Workspace:
    """The workspace that `MEDAPP_HOME` names, else `~/.medapp`.

    Raises:
        WorkspaceError: see `open_workspace`.
    """
    return open_workspace(expand_path(os.environ.get("MEDAPP_HOME") or "~/.medapp"))


def open_workspace(root: Path) -> Workspace:
    """The workspace in a folder; its folders are made where they are missing.

    Raises:
        WorkspaceError: the folder cannot be made or written.
    """
    workspace = Workspace(root)
    folders = (
        workspace.data_folder,
        workspace.runs_folder,
        workspace.weights_folder,
        workspace.cache_folder,
    )
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace {root} cannot be made: {error.strerror}.",
            remedy="Set MEDAPP_HOME to a folder that you may write to.",
        ) from error
    return workspace
