"""A data set taken out of the workspace, with all that was kept of its images."""

import contextlib
import shutil
from pathlib import Path

from medapp.data.catalog import Catalog
from medapp.data.familiarity import forget_distances
from medapp.data.samples import IN_PLACE, DataSet
from medapp.errors import DataError, WorkspaceError
from medapp.store.cache import open_cache


def remove(catalog: Catalog, data_set: DataSet) -> None:
    """Forget a data set, its audit, and what is kept of its images in the cache.

    The images of a data set that was copied into the workspace are deleted.

    Raises:
        DataError: another data set is derived from it, and the images would be deleted.
        WorkspaceError: the images cannot be deleted.
    """
    workspace = catalog.workspace
    is_copied = data_set.origin not in IN_PLACE
    everything = catalog.list_data_sets()
    users = [d for d in everything if data_set.uid in d.derivation.get("sources", ())]
    if is_copied and users:
        raise DataError(
            f"The images of {data_set.name} are those of {users[0].name} too.",
            remedy=f"Remove {users[0].name} first.",
        )
    samples = catalog.load_samples(data_set, with_left_out=True)
    catalog.forget(data_set)
    # What is left of an audit or a ranking names images or runs, and does no harm beyond that.
    for path in (workspace.find_audit_path, workspace.find_ranking_path):
        with contextlib.suppress(OSError):
            path(data_set.uid).unlink()
    forget_distances(workspace, data_set.uid)
    open_cache(workspace).forget({sample.content_hash for sample in samples})
    home = workspace.data_folder
    root = data_set.root
    if is_copied and root != home and root.is_relative_to(home):
        _delete_folder(home / root.relative_to(home).parts[0], data_set.name)


def _delete_folder(folder: Path, name: str) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        reason = f"{folder} could not be deleted: {error.strerror}"
        raise WorkspaceError(
            f"{name} is forgotten, but {reason}.", remedy="Delete it yourself."
        ) from error
