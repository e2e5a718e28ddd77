"""Files that hold many images: NumPy's archives and Hugging Face's Parquet.

Their images are written out into the workspace, one file each, so that the rest of MedApp knows
images in folders alone. A module a kind, behind one function.
"""

from pathlib import Path

from medapp.data.containers.container import Container
from medapp.data.containers.npz import open_npz
from medapp.data.containers.parquet import open_parquet
from medapp.data.containers.slices import SliceChoice
from medapp.data.kinds import find_suffix

SUFFIXES = (".npz", ".parquet")


def open_container(path: Path, choice: SliceChoice | None = None) -> Container | None:
    """The container at a path; None where the path is none, and its images stand as files.

    Args:
        choice: which slices of volumes become images; None for the default.

    Raises:
        ArchiveError: the file is damaged or refused.
        DataError: it holds no images or no labels.
    """
    choice = choice or SliceChoice()
    suffix = find_suffix(path.name)
    if suffix not in SUFFIXES or not path.is_file():
        return None
    if suffix == ".npz":
        return open_npz(path, choice)
    return open_parquet(path, [path])


__all__ = ["SUFFIXES", "Container", "SliceChoice", "open_container"]
