"""Where everything lives on disk: in the folder `MEDAPP_HOME` names, else in `~/.medapp`.

    <root>/catalog.sqlite    data sets and their samples                   (data/catalog.py)
    <root>/data/<name>/      images that were uploaded or generated        (data/importing/)
    <root>/runs/<id>/        one folder a run                              (runs/run.py)
    <root>/audits/           the last audit of each data set               (audit/audit.py)
    <root>/rankings/         the last ranking of sources for each data set (studies/ranking/)
    <root>/fingerprints/     of data sets that others have too             (data/copies/public.py)
    <root>/weights/          backbones that were fetched or copied there   (models/weights.py)
    <root>/cache/            pixels, features, thumbnails; may be deleted  (store/cache.py)
    <root>/uploads/          uploads, for some hours                       (store/uploads.py)
    <root>/places.json       folders that were looked at lately            (store/places.py)

Folders of images that were registered stay where they are.
"""

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.store.files import expand_path

LOG = logging.getLogger(__name__)
PRIVATE = 0o700  # patients' images are for the one who owns the workspace
# What MedApp makes in a workspace; a folder that holds other things too is not only MedApp's.
OURS = {
    *("data", "runs", "studies", "audits", "rankings", "fingerprints", "weights", "cache"),
    *("uploads", "machine.json", "places.json", "salt"),
}


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
    def studies_folder(self) -> Path:
        return self.root / "studies"

    @property
    def audits_folder(self) -> Path:
        return self.root / "audits"

    def find_audit_path(self, uid: str) -> Path:
        """Where the last audit of the data set of this uid is kept."""
        return self.audits_folder / f"{uid}.json"

    def find_distances_path(self, uid: str) -> Path:
        """Where the last audit keeps how far each image of a data set is from the rest."""
        return self.audits_folder / f"{uid}.distances.parquet"

    def find_ranking_path(self, uid: str) -> Path:
        """Where the last ranking of sources for the data set of this uid is kept."""
        return self.root / "rankings" / f"{uid}.json"

    @property
    def fingerprints_folder(self) -> Path:
        return self.root / "fingerprints"

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
        root.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        for folder in folders:
            folder.mkdir(exist_ok=True)
        _shut_out_others(root)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace {root} cannot be made: {error.strerror}.",
            remedy="Set MEDAPP_HOME to a folder that you may write to.",
        ) from error
    return workspace


def _shut_out_others(root: Path) -> None:
    """Take from others the right to look into a workspace that an earlier version left open.

    A folder with the set-group-ID bit is shared with its group on purpose: the group stays.
    """
    facts = root.stat()
    mode = stat.S_IMODE(facts.st_mode)
    wanted = mode & (0o770 if mode & stat.S_ISGID else PRIVATE) | mode & stat.S_ISGID
    if os.name == "nt" or mode == wanted or facts.st_uid != os.getuid():
        return
    strangers = [path.name for path in root.iterdir() if not _is_ours(path.name)]
    if strangers:
        LOG.warning(
            "Others can look into the workspace %s (mode %o). It holds other things too, such as"
            " %s, so its permissions are left to you.",
            root,
            mode,
            strangers[0],
        )
        return
    root.chmod(wanted)
    LOG.warning("The workspace %s was open to others (mode %o); now it is yours alone.", root, mode)


def _is_ours(name: str) -> bool:
    return name in OURS or name.startswith(("catalog.", ".catalog."))
