"""Files that hold many images: NumPy's archives, Hugging Face's Parquet, volumes of NIfTI.

Their images are written out into the workspace, one file each, so that the rest of MedApp knows
images in folders alone. A module a kind, behind one function.
"""

import os
from pathlib import Path

from medapp.data.containers.container import Container
from medapp.data.containers.folders import VOLUMES, open_folder
from medapp.data.containers.labels import UNLABELLED
from medapp.data.containers.nifti import open_nifti
from medapp.data.containers.npz import open_npz
from medapp.data.containers.parquet import open_parquet
from medapp.data.containers.slices import PLANES, SliceChoice
from medapp.data.kinds import find_suffix
from medapp.data.layout import FoundFile, Layout

SUFFIXES = (".npz", ".parquet", *VOLUMES)


def open_container(
    path: Path, choice: SliceChoice | None = None, template: str | None = None
) -> Container | None:
    """The container at a path; None where the path is none, and its images stand as files.

    Args:
        choice: which slices of volumes become images; None for the default.
        template: how to read the folders above volumes, see `medapp.data.template.Template`.

    Raises:
        ArchiveError: the file is damaged or refused.
        DataError: it holds no images or no labels.
    """
    choice = choice or SliceChoice()
    # Path.is_dir and Path.is_file raise for a long path.
    if os.path.isdir(path):  # noqa: PTH112
        return open_folder(path, choice, template)
    suffix = find_suffix(path.name)
    if suffix not in SUFFIXES or not os.path.isfile(path):  # noqa: PTH113
        return None
    if suffix == ".npz":
        return open_npz(path, choice)
    if suffix == ".parquet":
        return open_parquet(path, [path])
    alone = FoundFile(path, path.name, UNLABELLED, None)
    return open_nifti(Layout(path, "", (alone,), ()), choice)


__all__ = ["PLANES", "SUFFIXES", "Container", "SliceChoice", "open_container"]
