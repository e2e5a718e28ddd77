"""A folder as people keep images, to files with labels, splits and patients; nothing is decoded."""

import contextlib
import csv
from collections.abc import Callable
from pathlib import Path

from medapp.data import class_names
from medapp.data.boxes import BOXES_FILE
from medapp.data.class_names import name_classes
from medapp.data.disc import PREFIX, doubt_folders, read_by_header
from medapp.data.kinds import find_suffix
from medapp.data.layout import Layout, read_layout
from medapp.data.listing import (
    HEAD_BYTES,
    REMEDY,
    Listing,
    Parts,
    explain_nothing,
    list_folder,
)
from medapp.errors import DataError
from medapp.imaging.image import MAX_BYTES

MOST_FILES = 20  # that are tried for names of classes


def scan_folder(folder: Path, template: str | None = None) -> Layout:
    """The layout of a folder; one that cannot be told has a question.

    How classes, splits and patients are found is told in `medapp.data.recognition`. Masks beside
    images, and images that do not fit the layout, are left out, each with the reason.

    Args:
        template: how to read the folders, such as "{patient}/{label}", or "header:view" for classes
            from a column of DICOM headers; None recognises it.

    Raises:
        DataError: the folder is missing, may not be read, holds no image, or none fits.
    """
    listing = list_folder(folder)

    def read(parts: Parts, size: int = MAX_BYTES) -> bytes:
        with folder.joinpath(*parts).open("rb") as file:
            return file.read(size)

    return build_layout(folder, listing, template, read)


def build_layout(
    folder: Path,
    listing: Listing,
    template: str | None,
    read: Callable[..., bytes],
    remark: str = "",
) -> Layout:
    """The layout of a listing, with what is to be said of the tables in it.

    Args:
        folder: where the files are, or will be.
        read: a file's first bytes, so many; all of them where no number is given.
        remark: a further sentence for the layout.

    Raises:
        DataError: there is no image, or none fits the template.
    """
    if template and template.startswith(PREFIX):
        return read_by_header(folder, listing, template.removeprefix(PREFIX), read)
    tables = [_describe_table(parts, lambda p: read(p, HEAD_BYTES)) for parts in listing.tables[:3]]
    said = [sentence for sentence in (*tables, remark) if sentence]
    if not listing.images:
        raise DataError(
            f"There is no image in {folder.name}{explain_nothing(listing)}.",
            remedy=f"{' '.join(said)} {REMEDY}",
        )
    found = name_classes(
        read_layout(folder, listing, template, said), _read_name_files(listing, read)
    )
    return found if template else doubt_folders(found, listing, read)


def _read_name_files(listing: Listing, read: Callable[..., bytes]) -> dict[str, str]:
    """The text of each file that may name classes."""
    texts = {}
    for parts in listing.name_files[:MOST_FILES]:
        # A file that cannot be opened names nothing.
        with contextlib.suppress(OSError):
            content = read(parts, class_names.MAX_BYTES)
            texts["/".join(parts)] = content.decode("utf-8-sig", "replace")
    return texts


def _describe_table(parts: Parts, read_head: Callable[[Parts], bytes]) -> str:
    """A sentence on a table that may hold labels, with its first columns."""
    if parts[-1].casefold() == BOXES_FILE:
        return ""
    columns = _read_columns(parts, read_head)
    named = f" with the columns {', '.join(columns[:8])}" if columns else ""
    more = f" and {len(columns) - 8} more" if len(columns) > 8 else ""
    return (
        f"There is a table, {'/'.join(parts)}{named}{more}: MedApp does not read labels from tables"
        " yet; put the images of each class into a folder."
    )


def _read_columns(parts: Parts, read_head: Callable[[Parts], bytes]) -> list[str]:
    suffix = find_suffix(parts[-1])
    if suffix not in (".csv", ".tsv"):
        return []
    try:
        text = read_head(parts).decode("utf-8-sig", "replace")
    except OSError:
        return []
    first = text.splitlines()[0] if text.strip() else ""
    divider = "\t" if suffix == ".tsv" else ";" if first.count(";") > first.count(",") else ","
    try:
        return [
            name.strip()
            for name in next(csv.reader([first], delimiter=divider), [])
            if name.strip()
        ]
    except csv.Error:
        return []
