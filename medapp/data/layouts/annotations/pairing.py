"""Which image a file of annotations is of: the one of its name, in the nearest folder."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from medapp.data.layouts.annotations.annotation import Parts
from medapp.data.layouts.masks import pair_masks


def pair_files(files: Iterable[Parts], images: Sequence[Parts]) -> dict[Parts, Parts]:
    """Each file that is called like one image, and that image; a mask is found the same way."""
    pairs = pair_masks(files, images)
    return {file: image for image, found in pairs.items() for file in found}


def index_names(images: Sequence[Parts]) -> dict[str, list[Parts]]:
    """Images by the names of their files without suffix, in small letters."""
    index: dict[str, list[Parts]] = {}
    for image in images:
        index.setdefault(cut(image[-1]), []).append(image)
    return index


def cut(name: str) -> str:
    """A file's name without suffix, in small letters, whatever system wrote its path."""
    return PurePath(name.replace("\\", "/")).stem.casefold()
