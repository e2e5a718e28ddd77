"""A folder as people keep images, to files with labels, splits and patients; nothing is decoded."""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medapp.data.layouts import class_names, unlabelled
from medapp.data.layouts.annotations import Annotations, add_annotations, find_annotations
from medapp.data.layouts.boxes import BOXES_FILE
from medapp.data.layouts.class_names import name_classes
from medapp.data.layouts.disc import PREFIX, doubt_folders, read_by_header
from medapp.data.layouts.encoding import decode_text
from medapp.data.layouts.layout import Layout
from medapp.data.layouts.listing import Listing, Parts, explain_nothing, find_remedy, list_folder
from medapp.data.layouts.manifest import (
    Placed,
    Read,
    add_named,
    find_beside,
    has_classes,
    place_annotations,
    read_beside,
    read_named,
)
from medapp.data.layouts.reading import read_layout
from medapp.data.layouts.roles import TableChoice
from medapp.data.layouts.sequences import tell_sequences
from medapp.data.layouts.several import find_below, offer_below
from medapp.data.layouts.unlabelled import read_unlabelled
from medapp.errors import DataError, Remedy
from medapp.imaging.image import MAX_BYTES

MOST_FILES = 20  # that are tried for names of classes


def scan_folder(
    folder: Path, template: str | None = None, choice: TableChoice | None = None
) -> Layout:
    """The layout of a folder; one that cannot be told has a question.

    How classes, splits and patients are found is told in `recognition` for folders, and in
    `manifest` for tables. Masks beside images, and images that do not fit the layout, are left
    out, each with the reason.

    Args:
        template: how to read the folders, such as "{patient}/{label}", or "header:view" for classes
            from a column of DICOM headers, or "unlabelled"; None recognises it.
        choice: which tables say what images show; None for those that lie beside the images.

    Raises:
        DataError: the folder is missing, may not be read, holds no image, or none fits.
    """
    listing = list_folder(folder)

    def read(parts: Parts, size: int = MAX_BYTES) -> bytes:
        with folder.joinpath(*parts).open("rb") as file:
            return file.read(size)

    return build_layout(folder, listing, template, read, choice)


def build_layout(
    folder: Path,
    listing: Listing,
    template: str | None,
    read: Read,
    choice: TableChoice | None = None,
    remark: str = "",
) -> Layout:
    """The layout of a listing, as tables or folders say.

    Args:
        folder: where the files are, or will be.
        read: a file's first bytes, so many; all of them where no number is given.
        choice: see `scan_folder`.
        remark: a further sentence for the layout.

    Raises:
        DataError: there is no image, or none fits the template or the tables.
    """
    annotations = find_annotations(listing, read)
    found = _read_files(folder, listing, template, read, choice, remark, annotations)
    is_free = choice in (None, TableChoice()) and not template
    if is_free and (found.question or found.template == "{label}"):
        found = offer_below(
            found, find_below(listing, functools.partial(_read_alone, folder, read))
        )
    wrapping = found.root.relative_to(folder)
    used = {*found.list_sources(), (wrapping / BOXES_FILE).as_posix()}
    if annotations is not None:
        if not (found.table and annotations.name in found.table.tables):
            found = add_annotations(found, annotations, wrapping.parts)
        found = replace(found, left_out=(*found.left_out, *annotations.faults))
        used |= {*annotations.files, *(name for name, _ in annotations.faults)}
    return tell_sequences(replace(found, passed_over=listing.group_others(used)))


def _read_alone(folder: Path, read: Read, listing: Listing, prefix: Parts) -> Layout:
    """The layout of a folder below, as if it were added by itself."""

    def read_below(parts: Parts, size: int = MAX_BYTES) -> bytes:
        return read((*prefix, *parts), size)

    annotations = find_annotations(listing, read_below)
    root = folder.joinpath(*prefix)
    return _read_files(root, listing, None, read_below, None, "", annotations)


def _read_files(
    folder: Path,
    listing: Listing,
    template: str | None,
    read: Read,
    choice: TableChoice | None,
    remark: str,
    annotations: Annotations | None,
) -> Layout:
    said = (remark,) if remark else ()
    if template and template.startswith(PREFIX):
        return read_by_header(folder, listing, template.removeprefix(PREFIX), read)
    if template == unlabelled.LAYOUT:
        return read_unlabelled(folder, listing, said)
    choice = choice or TableChoice()
    if not listing.images:
        raise DataError(
            f"There is no image in {folder.name}{explain_nothing(listing)}.",
            remedy=find_remedy(listing),
        )
    named = _read_name_files(listing, read)

    def read_folders(*remarks: str) -> Layout:
        return name_classes(read_layout(folder, listing, template, remarks), named)

    if choice.tables and template:
        by_folders = read_folders(*said)
        return add_named(folder, listing, choice, read, by_folders)
    if choice.tables:
        found = read_named(folder, listing, choice, read, annotations)
        return replace(found, remarks=(*found.remarks, *said))
    if template:
        return read_folders(*said)
    by_folders = doubt_folders(read_folders(*said), listing, read)
    tables, more = find_beside(folder, listing, read, choice.asked, by_folders)
    told = annotations
    if told is not None and (has_classes(by_folders) or not told.are_of_most):
        told = None
    if not choice.asked.is_nothing and not tables and told is None:
        raise DataError(
            f"No table in {folder.name} is of its images. {' '.join(more)}".strip(),
            remedy=Remedy("Name the table.", "Name the table with --labels."),
        )
    if tables or told is not None:
        found = _read_beside(folder, listing, tables, choice, by_folders, told)
        return replace(found, remarks=(*found.remarks, *more))
    # The folders are read again where they are to say what lies beside them.
    return doubt_folders(read_folders(*more, *said), listing, read) if more else by_folders


def _read_beside(
    folder: Path,
    listing: Listing,
    tables: list[Placed],
    choice: TableChoice,
    by_folders: Layout,
    told: Annotations | None,
) -> Layout:
    """Read by the tables beside the images, and by annotations where no table tells the labels."""
    found = _read_tables(folder, listing, tables, choice, by_folders) if tables else by_folders
    if told is not None and (found.question or not tables):
        tables = [*tables, place_annotations(told)]
        found = _read_annotations(folder, listing, tables, choice, by_folders)
    return found


def _read_tables(
    folder: Path,
    listing: Listing,
    tables: Sequence[Placed],
    choice: TableChoice,
    by_folders: Layout,
) -> Layout:
    """The layout as tables say; where they do not go together, the question of the folders."""
    try:
        return read_beside(folder, listing, tables, choice.asked, by_folders)
    except DataError as error:
        if not by_folders.question or not choice.asked.is_nothing or len(tables) < 2:
            raise
        return replace(by_folders, remarks=(*by_folders.remarks, error.what))


def _read_annotations(
    folder: Path,
    listing: Listing,
    tables: Sequence[Placed],
    choice: TableChoice,
    by_folders: Layout,
) -> Layout:
    """The layout as annotations say, where no folder and no table tells classes.

    Objects of one kind alone tell nothing apart, so that any other answer goes before them.
    """
    found = read_beside(folder, listing, tables, choice.asked, by_folders)
    return by_folders if len(found.classes) < 2 and by_folders.candidates else found


def _read_name_files(listing: Listing, read: Read) -> dict[str, str]:
    """The text of each file that may name classes."""
    texts = {}
    for parts in listing.name_files[:MOST_FILES]:
        # A file that cannot be opened names nothing.
        with contextlib.suppress(OSError):
            content = read(parts, class_names.MAX_BYTES)
            texts["/".join(parts)] = decode_text(content)
    return texts
