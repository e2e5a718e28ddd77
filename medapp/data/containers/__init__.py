"""Files that hold many images: NumPy's archives, Hugging Face's Parquet, volumes of NIfTI.

Their images are written out into the workspace, one file each, so that the rest of MedApp knows
images in folders alone. A row a kind.
"""

import os
from collections.abc import Callable
from pathlib import Path

from medapp.data.containers.container import Container
from medapp.data.containers.folders import open_folder
from medapp.data.containers.nifti import open_volume
from medapp.data.containers.npz import open_npz
from medapp.data.containers.parquet import open_parquet
from medapp.data.containers.slices import PLANES, SliceChoice
from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.roles import TableChoice

OPENERS: dict[str, Callable[[Path, SliceChoice], Container]] = {
    ".npz": open_npz,
    ".parquet": lambda path, choice: open_parquet(path, [path]),
    ".nii": open_volume,
    ".nii.gz": open_volume,
}
SUFFIXES = tuple(OPENERS)


def open_container(
    path: Path,
    choice: SliceChoice | None = None,
    template: str | None = None,
    table: TableChoice | None = None,
) -> Container | None:
    """The container at a path; None where the path is none, and its images stand as files.

    Args:
        choice: which slices of volumes become images; None for the default.
        template: how to read the folders above volumes, a `Template` as text.
        table: which tables say what volumes show; None for those that lie beside them.

    Raises:
        ArchiveError: the file is damaged or refused.
        DataError: it holds no images or no labels.
    """
    choice = choice or SliceChoice()
    # Path.is_dir and Path.is_file raise for a long path.
    if os.path.isdir(path):  # noqa: PTH112
        return open_folder(path, choice, template, table)
    opener = OPENERS.get(find_suffix(path.name))
    if opener is None or not os.path.isfile(path):  # noqa: PTH113
        return None
    if table is not None and opener is OPENERS[".parquet"]:
        return open_parquet(path, [path], table.asked)
    return opener(path, choice)


__all__ = ["OPENERS", "PLANES", "SUFFIXES", "Container", "SliceChoice", "open_container"]
