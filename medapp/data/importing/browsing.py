"""What stands in one folder of this machine, for somebody who looks for images."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from medapp.data.containers import SUFFIXES
from medapp.data.layouts.kinds import find_suffix, is_left_behind
from medapp.data.layouts.listing import check_folder
from medapp.data.layouts.order import write_natural_key
from medapp.errors import DataError
from medapp.imaging.readers import list_suffixes

MOST = 200  # entries of a folder that are shown
COUNTED = 2000  # entries of a subfolder that are counted
PACKED = (".zip", *SUFFIXES)


@dataclass(frozen=True)
class Entry:
    """A folder, or a file that can be added.

    Attributes:
        folders, images: how many stand directly in the folder; 0 for a file.
        is_more: there are more than were counted.
    """

    path: Path
    is_folder: bool
    folders: int = 0
    images: int = 0
    is_more: bool = False

    def describe(self) -> str:
        """What is in the folder, in a few words."""
        if not self.is_folder:
            return ""
        counts = ((self.folders, "folder"), (self.images, "image"))
        words = [f"{n:,} {word}{'s' if n > 1 else ''}" for n, word in counts if n]
        return ("over " if self.is_more else "") + ", ".join(words) if words else "no images"


@dataclass(frozen=True)
class Place:
    """A folder: what can be opened or added in it, in natural order, and how much is not shown."""

    folder: Path
    entries: tuple[Entry, ...]
    images: int
    hidden: int


def open_place(folder: Path, suffixes: Collection[str] = PACKED) -> Place:
    """What stands in a folder; nothing below its subfolders is read.

    Args:
        suffixes: of the files that can be added.

    Raises:
        DataError: the folder is missing or may not be read.
    """
    check_folder(folder)
    folders: list[Path] = []
    files: list[Path] = []
    images = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_left_behind(entry.name):
                    continue
                if entry.is_dir():
                    folders.append(Path(entry.path))
                elif find_suffix(entry.name) in suffixes:
                    files.append(Path(entry.path))
                elif find_suffix(entry.name) in list_suffixes():
                    images += 1
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read: {error.strerror}.", remedy="Check the permissions."
        ) from error
    found = sorted(folders, key=_order), sorted(files, key=_order)
    shown = [*map(_count, found[0][:MOST]), *(Entry(path, False) for path in found[1][:MOST])]
    return Place(folder, tuple(shown), images, len(folders) + len(files) - len(shown))


def find_nearest_folder(path: Path) -> Path:
    """The path if it is a folder, else the nearest above it that is one."""
    # Path.is_dir raises for a long path.
    return next((p for p in (path, *path.parents) if os.path.isdir(p)), Path.home())  # noqa: PTH112


def _order(path: Path) -> list[tuple[int, str]]:
    return write_natural_key(path.name)


def _count(folder: Path) -> Entry:
    folders = images = seen = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                seen += 1
                if seen > COUNTED:
                    break
                if is_left_behind(entry.name):
                    continue
                folders += entry.is_dir()
                images += find_suffix(entry.name) in list_suffixes()
    except OSError:
        # Opening the folder says why it cannot be read.
        return Entry(folder, True)
    return Entry(folder, True, folders, images, seen > COUNTED)
