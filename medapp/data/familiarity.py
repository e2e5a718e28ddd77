"""How far each image is from the rest, as the last audit measured it: kept by content.

The table lies beside the kept audit. An image of which the file changes, and a data set that is
removed, take what was measured of them along.
"""

import contextlib
from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from medapp.store.files import open_replacing
from medapp.store.parquet import read_table
from medapp.store.workspace import Workspace


def save_distances(workspace: Workspace, uid: str, distances: Mapping[str, float]) -> None:
    """Keep the distance of each image, by its content hash, in place of those kept before.

    Args:
        uid: of the data set.
        distances: from 0 to 2; see `medapp.audit.outliers.measure_distances`.
    """
    path = workspace.find_distances_path(uid)
    if not distances:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {"content_hash": list(distances), "distance": list(distances.values())}
    with open_replacing(path) as file:
        pq.write_table(pa.table(columns), file)


def load_distances(workspace: Workspace, uid: str) -> dict[str, float]:
    """The distance of each image by its content hash; empty where no audit has measured any.

    A table that cannot be read counts as none: the next audit makes it again.
    """
    try:
        table = read_table(workspace.find_distances_path(uid))
        columns = [table[name].to_pylist() for name in ("content_hash", "distance")]
        return dict(zip(*columns, strict=True))
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return {}


def forget_distances(
    workspace: Workspace, uid: str, contents: Collection[str] | None = None
) -> None:
    """Delete what is kept of images of these contents; of all where none are given."""
    if contents is not None:
        kept = load_distances(workspace, uid)
        if set(kept).isdisjoint(contents):
            return
        save_distances(workspace, uid, {c: d for c, d in kept.items() if c not in contents})
        return
    # A table that cannot be deleted holds hashes and numbers, and no name.
    with contextlib.suppress(OSError):
        workspace.find_distances_path(uid).unlink()
