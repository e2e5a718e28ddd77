"""A table and the images that it is of, to files with labels, patients, splits, boxes, attributes.

Rows without an image, images without a row, and rows that contradict one another are listed with
the reason; nothing is guessed where two readings are possible.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from medapp.data.layouts.layout import FoundFile, Layout, make_printable
from medapp.data.layouts.listing import Listing, Parts
from medapp.data.layouts.manifest.building import FileBuilder
from medapp.data.layouts.manifest.guessing import list_label_columns
from medapp.data.layouts.manifest.labels import LabelReader, count
from medapp.data.layouts.manifest.rows import Rows, find_rows
from medapp.data.layouts.masks import find_masks
from medapp.data.layouts.order import sort_paths, write_natural_key
from medapp.data.layouts.roles import KINDS, BadRow, Roles, TableReading
from medapp.data.layouts.tables import Table
from medapp.errors import DataError, Remedy
from medapp.task.grades import order_grades

_NO_ROW = "no row names it"


def list_pictures(listing: Listing) -> list[Parts]:
    """The images of a listing that are no masks of others."""
    masks = find_masks(listing.images)
    return [parts for parts in listing.images if parts not in masks]


def read_manifest(
    root: Path,
    listing: Listing,
    table: Table,
    reading: TableReading,
    base: Parts = (),
    keys: Sequence[Parts] = (),
) -> Layout:
    """The layout of a folder's images as a table tells of them.

    Args:
        root: the folder, below which the listing was made.
        reading: what the table's columns hold.
        base: the table's own folder below the root.
        keys: what cells are compared with, by image; empty for the images' own paths.
    """
    roles = reading.roles
    if not roles.labels:
        return _ask_for_labels(root, listing, table, reading)
    names = list_pictures(listing)
    rows = find_rows(table, roles, keys or names, base)
    reader = LabelReader(table, roles)
    builder = FileBuilder(root, table, roles, names, rows, reader, is_by_headers=bool(keys))
    files = [file for place in sorted(rows.by_image) if (file := builder.build(place))]
    layout = Layout(
        root,
        "",
        tuple(files),
        tuple(_list_left_out(listing, names, rows, builder)),
        listing.passed_over,
        sentences=(),
        task=KINDS[roles.kind],
        order=_order(reader, files, roles),
        boxes=builder.boxes,
        patients_from=f"the column {roles.patient}" if roles.patient else "folders",
        table=reading,
        bad_rows=tuple(sorted(rows.bad, key=lambda row: row.row)),
    )
    said = [
        f"Labels are read from {table.name}: {count(len(table.rows), table.noun)}.",
        *table.sentences,
    ]
    said += [*roles.reasons.values(), *reader.describe(), *_say(layout, rows, builder, len(names))]
    return replace(layout, sentences=tuple(said))


def _list_left_out(
    listing: Listing, names: Sequence[Parts], rows: Rows, builder: FileBuilder
) -> Iterator[tuple[str, str]]:
    """What does not come in, each with the reason."""
    masks = sort_paths(set(listing.images) - set(names))
    left_out = [
        *listing.left_out,
        *(("/".join(parts), "a mask, and no image") for parts in masks),
        *(("/".join(names[i]), _NO_ROW) for i in range(len(names)) if i not in rows.by_image),
        *builder.left_out,
    ]
    return ((make_printable(name), reason) for name, reason in left_out)


def read_facts(
    root: Path, table: Table, reading: TableReading, names: Sequence[Parts], base: Parts = ()
) -> tuple[dict[Path, FoundFile], list[str], tuple[BadRow, ...]]:
    """What a table without labels says of images: each by its path, with an empty label.

    Args:
        names: of the images, as parts of their paths below the root.

    Returns:
        The images, sentences on what was read, and the rows that are not used.
    """
    rows = find_rows(table, reading.roles, names, base)
    builder = FileBuilder(root, table, reading.roles, names, rows)
    files = [file for place in sorted(rows.by_image) if (file := builder.build(place))]
    said = [f"{table.name} says more of {count(len(files), 'image')}.", *table.sentences]
    said += [*reading.roles.reasons.values(), *_say_columns(builder)]
    return {file.path: file for file in files}, said, tuple(rows.bad)


def _ask_for_labels(root: Path, listing: Listing, table: Table, reading: TableReading) -> Layout:
    found = list_label_columns(table, reading.roles)
    few = "; ".join(f"{column} ({', '.join(values)})" for column, values in found[:6])
    return Layout(
        root,
        "",
        (),
        listing.left_out,
        listing.passed_over,
        question=f"No column of {table.name} is called like a label.",
        remedy=Remedy(
            f"Say which column is. Few values have: {few}.",
            f"Say which column is, with --label-column. Few values have: {few}.",
        )
        if few
        else "No column has few values that repeat, as labels do. Choose another table.",
        remarks=table.sentences,
        table=reading,
    )


def _order(labels: LabelReader, files: Sequence[FoundFile], roles: Roles) -> tuple[str, ...]:
    """All classes: findings as the columns stand, other labels as people count."""
    findings = labels.list_findings()
    if findings:
        return findings
    found = Layout(Path(), "", tuple(files), (), task=KINDS[roles.kind]).count_classes()
    if roles.kind == "ordinal":
        try:
            return order_grades(found)
        except DataError as error:
            raise DataError(
                error.what,
                remedy=Remedy(
                    "Add it with one class an image, then name the grades, the lowest first, under"
                    " Manage on its page.",
                    "Add it with one class an image (--label-kind single), then name the grades,"
                    " the lowest first, with medapp data task.",
                ),
            ) from error
    return tuple(sorted(found, key=write_natural_key))


def _say(layout: Layout, rows: Rows, builder: FileBuilder, images: int) -> list[str]:
    """What was found in the rows, in sentences."""
    said = _say_columns(builder)
    if rows.in_folders:
        named = count(rows.in_folders, "cell")
        what = "a patient, study or series" if builder.is_by_headers else "a folder"
        said.append(f"{named} in {builder.roles.image!r}: each means all images of {what}.")
    if builder.several and builder.table.noun == "row":
        said.append(f"Images of several rows: {builder.several:,}.")
    if layout.boxes:
        said.append(f"Boxes: {sum(map(len, layout.boxes.values())):,}.")
    return said + _say_gaps(layout, rows, images)


def _say_columns(builder: FileBuilder) -> list[str]:
    """What comes from folders, and which columns are kept as attributes."""
    said = []
    if builder.level is not None:
        said.append("Patients are the folders that are called so.")
    if builder.split_level is not None:
        said.append("Splits are the folders that are called so.")
    names = [name for name, _ in builder.columns]
    if names:
        few = ", ".join(names[:8])
        rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
        said.append(f"Kept as attributes: {few}{rest}.")
    return said


def _say_gaps(layout: Layout, rows: Rows, images: int) -> list[str]:
    said = []
    if rows.missing:
        example = rows.bad[0]
        of = f"row {example.row}: {example.image}" if example.image else f"row {example.row}"
        said.append(f"Rows without an image: {rows.missing:,} ({of}).")
    without = images - len(rows.by_image)
    if without:
        said.append(f"Images without a row, which do not come in: {without:,}.")
    faults = Counter(reason for _, reason in layout.left_out)
    contrary = sum(n for reason, n in faults.items() if reason.startswith("its rows contradict"))
    if contrary:
        said.append(
            f"Images whose rows contradict one another, which do not come in: {contrary:,}. If each"
            " row names one finding of several, say that there are several labels an image."
        )
    return said
