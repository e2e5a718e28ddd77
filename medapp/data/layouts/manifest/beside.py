"""Tables beside images: those that a user names, or those that lie there and are of the images.

Where folders say what the images show, a table that says the same is read for what it says more; if
the two differ, there is a question.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medapp.data.layouts.annotations import Annotations
from medapp.data.layouts.boxes import BOXES_FILE
from medapp.data.layouts.layout import Candidate, FoundFile, Layout
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.manifest.combining import (
    combine_tables,
    find_split_name,
    list_labelled,
)
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.headers import list_header_keys, name_by_headers
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.manifest.reading import list_pictures, read_facts, read_manifest
from medapp.data.layouts.roles import Asked, Roles, TableChoice, TableReading
from medapp.data.layouts.tables import MAX_BYTES, Table, load_table, read_table
from medapp.errors import DataError

Read = Callable[..., bytes]
MAX_TABLES = 6  # that are looked at by themselves
MAX_TEXTS = 12
# Folders of a large set in several parts, of patients, or of studies.
_NO_CLASS = re.compile(
    r"(?:.*[ _-])?(?:part|batch|chunk|archive|images?|imgs?|zip|vol(?:ume)?|folder|group|disc|disk"
    r"|patient|pat|pt|subject|subj|sub|case|study|series|session|p|s)[ _-]?\d+",
    re.IGNORECASE,
)
_SHARE = 0.5  # of the images, or of a table's rows, that make a table one of the images


@dataclass(frozen=True)
class Placed:
    """A table, and where it is.

    Attributes:
        base: its folder below the root; empty for the root's own, and for a table from elsewhere.
        path: how it is found again: below the root, or absolute.
        keys: what its cells are compared with, by image: paths, or paths below what the headers say
            (`medapp.data.layouts.manifest.headers`); empty for the images' own paths.
    """

    table: Table
    base: Parts
    path: str
    keys: tuple[Parts, ...] = ()


def read_named(
    root: Path,
    listing: Listing,
    choice: TableChoice,
    read: Read,
    annotations: Annotations | None = None,
) -> Layout:
    """The layout as the tables say that a user names.

    Args:
        read: the first bytes of a file below the root.
        annotations: those beside the images, which are named like a table, such as "*.xml".

    Raises:
        DataError: a table cannot be found or read, or names no image that is there.
    """
    found = [_open(root, listing, name, read, annotations) for name in choice.tables]
    found = [_add_keys(placed, list_pictures(listing), choice.asked, read) for placed in found]
    return _read(root, listing, found, choice.asked)


def find_beside(
    listing: Listing, read: Read, asked: Asked, by_folders: Layout
) -> tuple[list[Placed], list[str]]:
    """The tables beside the images that are of them, and sentences on those that are not read.

    A table that names folders is not of the images where the folders are their classes.
    """
    names = list_pictures(listing)
    found: list[Placed] = []
    said: list[str] = []
    for parts in listing.tables[:MAX_TABLES]:
        name = "/".join(parts)
        if parts[-1].casefold() == BOXES_FILE:
            continue
        try:
            table = read_table(name, read(parts, MAX_BYTES + 1))
            only = Asked(image=asked.image)
            placed = _add_keys(Placed(table, parts[:-1], name), names, only, read)
            roles = guess_roles(table, placed.keys or names, only)
        except (DataError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error.what
            said.append(f"There is a table, {name}, which is not used: {reason}")
            continue
        cells = [cell for cell in table.list_cells(roles.image) if cell]
        found_images = match_cells(cells, placed.keys or names)
        images = found_images.images
        if found_images.in_folders and has_classes(by_folders):
            images = {}
        pictures = sum(map(len, images.values()))
        if pictures >= _SHARE * len(names) or len(images) >= _SHARE * len(set(cells)):
            found.append(placed)
        else:
            said.append(
                f"There is a table, {name}, which names {pictures:,} of {len(names):,} images and"
                " is not used; --labels reads it."
            )
    return found or _find_texts(listing, read, asked, by_folders), said


def _find_texts(listing: Listing, read: Read, asked: Asked, by_folders: Layout) -> list[Placed]:
    """Text files that are tables of the images; others are somebody's notes, and not spoken of.

    Where folders tell classes, a list without names of columns is not compared with them.
    """
    names = list_pictures(listing)
    found = []
    for parts in listing.texts[:MAX_TEXTS]:
        name = "/".join(parts)
        with contextlib.suppress(DataError, OSError):
            table = read_table(name, read(parts, MAX_BYTES + 1))
            roles = guess_roles(table, names, Asked(image=asked.image))
            cells = [cell for cell in table.list_cells(roles.image) if cell]
            images = match_cells(cells, names)
            is_bare = roles.image.startswith("column ") and has_classes(by_folders)
            is_list = bool(find_split_name(name)) and len(images.images) > _SHARE * len(cells)
            is_of_most = sum(map(len, images.images.values())) >= _SHARE * len(names)
            if (is_of_most or is_list) and not images.in_folders and not is_bare:
                found.append(Placed(table, parts[:-1], name))
    return found


def read_beside(
    root: Path,
    listing: Listing,
    tables: Sequence[Placed],
    asked: Asked,
    by_folders: Layout,
) -> Layout:
    """The layout of a folder with tables beside its images.

    Args:
        tables: at least one.
        by_folders: the layout as the folders say.
    """
    keys = _find_keys(listing, tables)
    labelled = list_labelled([p.table for p in tables], keys, asked)
    if len(labelled) > 1:
        return _ask_which(by_folders, labelled)
    by_table = _read(root, listing, tables, asked)
    if asked.labels or not has_classes(by_folders):
        if by_table.question and by_folders.candidates:
            return replace(by_folders, table=by_table.table, remarks=(by_table.question,))
        return by_table
    if by_table.question:
        return _add_facts(root, listing, tables, asked, by_folders)
    labels = {file.path: file.label for file in by_table.files}
    if all(labels.get(f.path, "").casefold() == f.label.casefold() for f in by_folders.files):
        return replace(by_table, files=_keep_folders(by_table.files, by_folders))
    return _ask(by_folders, by_table)


def place_annotations(annotations: Annotations) -> Placed:
    """The table of annotations as one beside the images."""
    return Placed(annotations.table, (), annotations.name)


def has_classes(by_folders: Layout) -> bool:
    """Whether folders beside a table may be classes: not one alone, nor parts, nor patients."""
    folders = by_folders.classes
    is_one = bool(by_folders.question) or len(folders) < 2
    return not is_one and not all(map(_NO_CLASS.fullmatch, folders))


def _open(
    root: Path,
    listing: Listing,
    name: str,
    read: Read,
    annotations: Annotations | None = None,
) -> Placed:
    """A table that a user names: annotations, below the root, or anywhere on the disk."""
    if annotations is not None and name == annotations.name:
        return place_annotations(annotations)
    path = Path(name).expanduser()
    if path.is_absolute() and path.is_relative_to(root):
        name = path.relative_to(root).as_posix()
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    if parts in (*listing.tables, *listing.texts):
        inside = "/".join(parts)
        return Placed(read_table(inside, read(parts, MAX_BYTES + 1)), parts[:-1], inside)
    if not path.is_absolute() and ".." not in parts and (root / name).is_file():
        path = root / name
    return Placed(load_table(path), (), str(path.absolute()))


def _read(root: Path, listing: Listing, tables: Sequence[Placed], asked: Asked) -> Layout:
    keys = _find_keys(listing, tables)
    table, asked = combine_tables([placed.table for placed in tables], keys, asked)
    is_own = table.noun != "row"  # columns that MedApp named, which need no reasons
    if is_own and asked.separator is None:
        asked = replace(asked, separator="")
    roles = guess_roles(table, keys, asked)
    if is_own:
        kept = {role: why for role, why in roles.reasons.items() if role in ("patient", "kind")}
        roles = replace(roles, reasons=kept)
    by_headers = keys if any(placed.keys for placed in tables) else ()
    if by_headers:
        roles = name_by_headers(roles, asked)
    reading = _keep(tables, table, roles)
    return read_manifest(root, listing, table, reading, _find_base(tables), by_headers)


def _keep(tables: Sequence[Placed], table: Table, roles: Roles) -> TableReading:
    paths = tuple(placed.path for placed in tables)
    return TableReading(paths, table.columns, roles, len(table.rows))


def _add_keys(placed: Placed, names: Sequence[Parts], asked: Asked, read: Read) -> Placed:
    """The table with its keys, where its cells name no file and headers say what they name."""
    try:
        guess_roles(placed.table, names, asked)
    except DataError:
        for keys in list_header_keys(names, read):
            with contextlib.suppress(DataError):
                guess_roles(placed.table, keys, asked)
                return replace(placed, keys=tuple(keys))
        raise
    return placed


def _find_keys(listing: Listing, tables: Sequence[Placed]) -> Sequence[Parts]:
    """What cells are compared with, by image; tables that are read together mean images alike."""
    return next((placed.keys for placed in tables if placed.keys), ()) or list_pictures(listing)


def _find_base(tables: Sequence[Placed]) -> Parts:
    return tables[0].base if len(tables) == 1 else ()


def add_named(
    root: Path, listing: Listing, choice: TableChoice, read: Read, by_folders: Layout
) -> Layout:
    """The folders' classes, with what the tables say beside them that a user names.

    Raises:
        DataError: as `read_named`.
    """
    found = [_open(root, listing, name, read) for name in choice.tables]
    return _add_facts(root, listing, found, choice.asked, by_folders)


def _add_facts(
    root: Path,
    listing: Listing,
    tables: Sequence[Placed],
    asked: Asked,
    by_folders: Layout,
) -> Layout:
    """The folders' classes, and what tables without labels say of patients, sites and more."""
    names = list_pictures(listing)
    asked = replace(asked, labels=())
    table, asked = combine_tables([placed.table for placed in tables], names, asked)
    reading = _keep(tables, table, guess_roles(table, names, asked))
    facts, said, bad_rows = read_facts(root, table, reading, names, _find_base(tables))
    files = [_join(file, facts.get(file.path)) for file in by_folders.files]
    remarks = (*by_folders.remarks, *said)
    patient = reading.roles.patient
    return replace(
        by_folders,
        files=tuple(files),
        remarks=remarks,
        table=reading,
        bad_rows=bad_rows,
        patients_from=f"the column {patient}" if patient else by_folders.patients_from,
    )


def _join(file: FoundFile, said: FoundFile | None) -> FoundFile:
    if said is None:
        return file
    return replace(
        file,
        split=file.split or said.split,
        patient=said.patient or file.patient,
        site=said.site or file.site,
        attributes=said.attributes,
    )


def _keep_folders(files: Sequence[FoundFile], by_folders: Layout) -> tuple[FoundFile, ...]:
    """The table's files with the split, patient and site of their folders where it names none."""
    known = {file.path: file for file in by_folders.files}
    return tuple(
        replace(
            file,
            split=file.split or known[file.path].split,
            patient=file.patient or known[file.path].patient,
            site=file.site or known[file.path].site,
        )
        if file.path in known
        else file
        for file in files
    )


def _ask_which(by_folders: Layout, tables: Sequence[str]) -> Layout:
    """The question which of several tables says what the images show."""
    named = " and ".join(tables)
    way = Candidate(by_folders.template, by_folders.classes, len(by_folders.files))
    return replace(
        by_folders,
        template="",
        files=(),
        question=f"Several tables say what the images show: {named}.",
        candidates=by_folders.candidates if by_folders.question else (way,),
        remedy=f"Name the one that is meant: --labels {tables[0]}.",
    )


def _ask(by_folders: Layout, by_table: Layout) -> Layout:
    """The question whether the folders or the table say what the images show."""
    table = by_table.table
    name = table.tables[0] if table else ""
    way = Candidate(by_folders.template, by_folders.classes, len(by_folders.files))
    told = Candidate("", by_table.classes, len(by_table.files)).describe()
    return replace(
        by_folders,
        template="",
        files=(),
        question=f"Both the folders and the table {name} say what the images show, and differ.",
        candidates=(way,),
        remedy=f"The table gives {told}: take it with --labels {name}.",
        table=table,
    )
