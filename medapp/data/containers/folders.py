"""Folders that are containers: Parquet in several files, volumes by class, arrays side by side."""

import functools
import os
from dataclasses import replace
from pathlib import Path
from typing import IO

from medapp.data.containers.container import Container
from medapp.data.containers.nifti import open_nifti
from medapp.data.containers.npz import build_container, open_npz
from medapp.data.containers.parquet import open_parquet
from medapp.data.containers.roles import has_role
from medapp.data.containers.slices import SliceChoice
from medapp.data.layouts.folder import build_layout
from medapp.data.layouts.kinds import find_suffix, is_left_behind
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.listing import MAX_LISTED, Parts, check_folder, list_folder
from medapp.data.layouts.order import sort_paths
from medapp.data.layouts.roles import TableChoice
from medapp.errors import DataError
from medapp.imaging.image import MAX_BYTES
from medapp.imaging.readers import list_suffixes
from medapp.store.npy import read_header

VOLUMES = (".nii", ".nii.gz")
_SUFFIXES = (".npz", ".npy", ".parquet", *VOLUMES)


def open_folder(
    folder: Path,
    choice: SliceChoice,
    template: str | None = None,
    table: TableChoice | None = None,
) -> Container | None:
    """The container that a folder is; None where it holds images, or nothing of this kind.

    Args:
        template: how to read the folders above volumes, a `Template` as text.
        table: which tables say what volumes show; None for those that lie beside them.

    Raises:
        ArchiveError, DataError: as for one file; or several archives that may be meant.
    """
    check_folder(folder)
    asked = table.asked if table else None
    names = _list_names(folder)
    kinds = {find_suffix(parts[-1]) for parts in names}
    paths = [folder.joinpath(*parts) for parts in names]
    if kinds & set(VOLUMES):
        volumes = [parts for parts in names if find_suffix(parts[-1]) in VOLUMES]
        layout = _lay_out(folder, volumes, template, table)
        return replace(open_nifti(layout, choice), takes_table=True)
    if ".parquet" in kinds:
        return open_parquet(folder, [path for path in paths if path.suffix == ".parquet"], asked)
    archives = [path for path in paths if find_suffix(path.name) == ".npz"]
    if len(archives) > 1:
        named = ", ".join(path.name for path in archives[:4])
        raise DataError(
            f"{folder.name} holds {len(archives)} archives of NumPy ({named}).",
            remedy="Name the one that is meant.",
        )
    if archives:
        return open_npz(archives[0], choice)
    # Below class folders each array is an image.
    if len(names) < 2 or any(len(parts) > 1 for parts in names):
        return None
    if not any(has_role(path.stem, "labels") for path in paths):
        return None
    arrays = [
        read_header(path.stem, path.stat().st_size, functools.partial(_open, path))
        for path in paths
    ]
    return build_container(folder, arrays, choice)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _list_names(folder: Path) -> list[Parts]:
    """The parts of the paths of all files that hold many images; none where images stand there.

    The first image ends the search: most folders hold nothing else.
    """
    found: list[Parts] = []
    images = set(list_suffixes()) - set(_SUFFIXES)
    seen = 0
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_left_behind(name)]
        seen += len(names)
        if seen > MAX_LISTED:
            return []
        above = Path(here).relative_to(folder).parts
        for name in names:
            suffix = find_suffix(name)
            if is_left_behind(name) or Path(here, name).is_symlink():
                continue
            if suffix in images:
                return []
            if suffix in _SUFFIXES:
                found.append((*above, name))
    return sort_paths(found)


def _lay_out(
    folder: Path, volumes: list[Parts], template: str | None, table: TableChoice | None
) -> Layout:
    """The layout of volumes, read as if they were images; masks beside them are left out."""
    plain = {(*parts[:-1], parts[-1].removesuffix(".gz")): parts for parts in volumes}
    listing = list_folder(folder)
    rest = [item for item in listing.left_out if find_suffix(item[0]) not in VOLUMES]
    listing = replace(listing, images=tuple(sort_paths(plain)), left_out=tuple(rest))

    def read(parts: Parts, size: int = MAX_BYTES) -> bytes:
        with folder.joinpath(*plain.get(parts, parts)).open("rb") as file:
            return file.read(size)

    layout = build_layout(folder, listing, template, read, table)
    files = [
        replace(file, path=folder.joinpath(*plain[file.path.relative_to(folder).parts]))
        for file in layout.files
    ]
    return replace(layout, files=tuple(files))
