"""Tables beside images: those that a user names, or those that lie there and are of the images.

Where folders say what the images show, a table that says the same is read for what it says more; if
the two differ, there is a question.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medapp.data.layouts.annotations import Annotations
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.manifest.asking import ask_folders_or_table, ask_which
from medapp.data.layouts.manifest.combining import combine_tables, keep_known
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.headers import name_by_headers
from medapp.data.layouts.manifest.placing import (
    Placed,
    Read,
    add_keys,
    find_keys,
    group_alike,
    has_classes,
    part_boxes,
)
from medapp.data.layouts.manifest.reading import list_pictures, read_facts, read_manifest
from medapp.data.layouts.manifest.settling import settle
from medapp.data.layouts.roles import Asked, Roles, TableChoice, TableReading
from medapp.data.layouts.tables import MAX_BYTES, Table, load_table, read_table


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
    found = [_open(root, listing, name, choice.asked, read, annotations) for name in choice.tables]
    found = [
        add_keys(placed, list_pictures(listing), keep_known(placed.table, choice.asked), read)
        for placed in found
    ]
    return _read(root, listing, found, choice.asked)


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
    keys = find_keys(tables, list_pictures(listing))
    plain, _ = part_boxes(tables, keys, asked)
    families = group_alike(plain, keys, asked) if len(plain) > 1 else []
    labelled = [family.tables for family in families if family.roles.labels]
    if len(labelled) > 1:
        ways = [_read(root, listing, family, asked) for family in labelled]
        return ask_which(by_folders, ways, has_classes(by_folders))
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
    return ask_folders_or_table(by_folders, by_table)


def place_annotations(annotations: Annotations) -> Placed:
    """The table of annotations as one beside the images."""
    return Placed(annotations.table, (), annotations.name)


def _open(
    root: Path,
    listing: Listing,
    name: str,
    asked: Asked,
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
        table = read_table(inside, read(parts, MAX_BYTES + 1))
        only = keep_known(table, Asked(image=asked.image))
        settled = settle(table, parts[:-1], list_pictures(listing), only)
        return Placed(settled, parts[:-1], inside)
    if not path.is_absolute() and ".." not in parts and (root / name).is_file():
        path = root / name
    return Placed(load_table(path), (), str(path.absolute()))


def _read(root: Path, listing: Listing, tables: Sequence[Placed], asked: Asked) -> Layout:
    keys = find_keys(tables, list_pictures(listing))
    plain, boxed = part_boxes(tables, keys, asked)
    if boxed:
        return _add_boxes(_read(root, listing, plain, asked), _read(root, listing, boxed, Asked()))
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


def _add_boxes(found: Layout, outlines: Layout) -> Layout:
    """A layout with the boxes of a table that outlines findings in some of its images."""
    known = {file.name for file in found.files}
    boxes = {name: boxes for name, boxes in outlines.boxes.items() if name in known}
    if found.table is None or outlines.table is None:
        return found
    tables = (*found.table.tables, *outlines.table.tables)
    named = ", ".join(outlines.table.tables)
    said = f"{named} gives {sum(map(len, boxes.values())):,} boxes in {len(boxes):,} images."
    return replace(
        found,
        boxes={**found.boxes, **boxes},
        table=replace(found.table, tables=tables),
        bad_rows=(*found.bad_rows, *outlines.bad_rows),
        sentences=(*found.sentences, said),
    )


def _keep(tables: Sequence[Placed], table: Table, roles: Roles) -> TableReading:
    paths = tuple(placed.path for placed in tables)
    return TableReading(paths, table.columns, roles, len(table.rows))


def _find_base(tables: Sequence[Placed]) -> Parts:
    return tables[0].base if len(tables) == 1 else ()


def add_named(
    root: Path, listing: Listing, choice: TableChoice, read: Read, by_folders: Layout
) -> Layout:
    """The folders' classes, with what the tables say beside them that a user names.

    Raises:
        DataError: as `read_named`.
    """
    found = [_open(root, listing, name, choice.asked, read) for name in choice.tables]
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
