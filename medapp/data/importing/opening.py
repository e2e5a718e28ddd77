"""The bytes of files that were found in a folder or in a zip, before anything is unpacked."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from medapp.data.layouts.layout import FoundFile
from medapp.imaging.image import MAX_BYTES, read_content
from medapp.store.archive import open_archive


def is_zip(path: Path) -> bool:
    """Whether a path means a zip; the name of a folder may end in .zip too."""
    # Path.is_dir raises for a long path.
    return path.suffix.lower() == ".zip" and not os.path.isdir(path)  # noqa: PTH112


@contextlib.contextmanager
def open_files(path: Path) -> Iterator[Callable[[FoundFile], bytes]]:
    """A function from a file of a folder's or a zip's layout to its bytes.

    Raises:
        ArchiveError: the zip is damaged or refused.
    """
    if not is_zip(path):
        yield read_found
        return
    with open_archive(path) as archive:
        yield lambda file: archive.read_head(file.path.relative_to(path).as_posix(), MAX_BYTES)


def read_found(file: FoundFile) -> bytes:
    """The bytes of a file in a folder.

    Raises:
        ImageError, OSError: see `medapp.imaging.image.read_content`.
    """
    return read_content(file.path)
