"""Files that hold many images: NumPy's archives and Hugging Face's Parquet.

Their images are written out into the workspace, one file each, so that the rest of MedApp knows
images in folders alone. A module a kind, behind one function.
"""

from collections.abc import Callable
from pathlib import Path

from medapp.data.containers.container import Container
from medapp.data.containers.npz import open_npz
from medapp.data.containers.slices import SliceChoice
from medapp.data.kinds import find_suffix

_OPENERS: dict[str, Callable[[Path, SliceChoice], Container]] = {".npz": open_npz}
SUFFIXES = tuple(_OPENERS)


def open_container(path: Path, choice: SliceChoice | None = None) -> Container | None:
    """The container at a path; None where the path is none, and its images stand as files.

    Args:
        choice: which slices of volumes become images; None for the default.

    Raises:
        ArchiveError: the file is damaged or refused.
        DataError: it holds no images or no labels.
    """
    opener = _OPENERS.get(find_suffix(path.name))
    if opener is None or not path.is_file():
        return None
    return opener(path, choice or SliceChoice())


__all__ = ["SUFFIXES", "Container", "SliceChoice", "open_container"]
