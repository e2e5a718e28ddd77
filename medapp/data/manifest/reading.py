"""A table and the images that it is of, to files with labels, patients, splits, boxes, attributes.

Rows without an image, images without a row, and rows that contradict one another are listed with
the reason; nothing is guessed where two readings are possible.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from medapp.data.layout import FoundFile, Layout, make_printable
from medapp.data.listing import Listing, Parts
from medapp.data.manifest.guessing import list_label_columns
from medapp.data.manifest.labels import LabelReader, count
from medapp.data.manifest.marks import clean, write_whole
from medapp.data.manifest.matching import match_cells
from medapp.data.masks import find_masks
from medapp.data.order import sort_paths, write_natural_key
from medapp.data.roles import KINDS, BadRow, Roles, TableReading
from medapp.data.samples import SPLITS
from medapp.data.tables import Table
from medapp.data.template import find_split
from medapp.errors import DataError
from medapp.imaging.geometry import Box
from medapp.task.grades import order_grades

_PATIENT_FOLDER = re.compile(
    r"(?:patient|pat|pt|subject|subj|sub|case|person|p)[ _-]?\d+", re.IGNORECASE
)
_NO_ROW = "no row names it"


@dataclass
class _Rows:
    """Rows by the image that they are of, and what is wrong with others."""

    by_image: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    bad: list[BadRow] = field(default_factory=list)
    in_folders: int = 0
    missing: int = 0


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
    rows = _find_rows(table, roles, keys or names, base)
    reader = LabelReader(table, roles)
    builder = _Builder(root, table, roles, names, rows, reader, is_by_headers=bool(keys))
    files = [file for place in sorted(rows.by_image) if (file := builder.build(place))]
    masks = sort_paths(set(listing.images) - set(names))
    left_out = [
        *listing.left_out,
        *(("/".join(parts), "a mask, and no image") for parts in masks),
        *(("/".join(names[i]), _NO_ROW) for i in range(len(names)) if i not in rows.by_image),
        *builder.left_out,
    ]
    layout = Layout(
        root,
        "",
        tuple(files),
        tuple((make_printable(name), reason) for name, reason in left_out),
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
        f"Labels are read from {table.name}: {count(len(table.rows), 'row')}.",
        *table.sentences,
    ]
    said += [*roles.reasons.values(), *reader.describe(), *_say(layout, rows, builder, len(names))]
    return replace(layout, sentences=tuple(said))


def read_facts(
    root: Path, table: Table, reading: TableReading, names: Sequence[Parts], base: Parts = ()
) -> tuple[dict[Path, FoundFile], list[str], tuple[BadRow, ...]]:
    """What a table without labels says of images: each by its path, with an empty label.

    Args:
        names: of the images, as parts of their paths below the root.

    Returns:
        The images, sentences on what was read, and the rows that are not used.
    """
    rows = _find_rows(table, reading.roles, names, base)
    builder = _Builder(root, table, reading.roles, names, rows)
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
        remedy=f"Say which column is, with --label-column or on the page. Few values have: {few}."
        if few
        else "No column has few values that repeat, as labels do. Choose another table.",
        remarks=table.sentences,
        table=reading,
    )


def _find_rows(table: Table, roles: Roles, names: Sequence[Parts], base: Parts) -> _Rows:
    cells = table.list_cells(roles.image)
    matches = match_cells(filter(None, cells), names, base)
    rows = _Rows(in_folders=matches.in_folders)
    for i, cell in enumerate(cells):
        if cell in matches.images:
            for place in matches.images[cell]:
                rows.by_image[place].append(i)
        else:
            reason = matches.reasons.get(cell, "it names no image")
            rows.missing += 1
            rows.bad.append(BadRow(table.find_source(i), table.numbers[i], cell[:200], reason))
    return rows


class _Builder:
    """Builds the file of each image from its rows."""

    def __init__(
        self,
        root: Path,
        table: Table,
        roles: Roles,
        names: Sequence[Parts],
        rows: _Rows,
        labels: LabelReader | None = None,
        is_by_headers: bool = False,
    ) -> None:
        self.root = root
        self.table = table
        self.roles = roles
        self.names = names
        self.rows = rows
        self.labels = labels
        self.is_by_headers = is_by_headers
        self.left_out: list[tuple[str, str]] = []
        self.boxes: dict[str, tuple[Box, ...]] = {}
        self.several = 0
        used = roles.list_columns()
        self.columns = [(c, table.find_column(c)) for c in table.columns if c not in used]
        is_told = roles.patient or is_by_headers
        self.level = None if is_told else _find_patient_level(names)
        self.split_level = None if roles.split else _find_split_level(names)

    def build(self, place: int) -> FoundFile | None:
        """The file, or None where its rows do not say what it shows."""
        numbers = self.rows.by_image[place]
        rows = [self.table.rows[i] for i in numbers]
        name = "/".join(self.names[place])
        self.several += len(rows) > 1
        label, fault = self.labels.read(rows) if self.labels else ("", "")
        patient, fault = self._read_one(rows, self.roles.patient, fault)
        site, fault = self._read_one(rows, self.roles.site, fault)
        said, fault = self._read_one(rows, self.roles.split, fault)
        split = find_split(said) if said else None
        if said and split is None:
            fault = fault or f"its split {said[:40]!r} is none of {', '.join(SPLITS)}"
        if make_printable(name) != name:
            fault = fault or "its name is not valid Unicode; rename it"
        if fault:
            self.left_out.append((name, fault))
            self.rows.bad += [self._build_bad_row(i, name, fault) for i in numbers]
            return None
        if self.level is not None:
            patient = self.names[place][self.level]
        if self.split_level is not None:
            split = find_split(self.names[place][self.split_level])
        self._read_boxes(name, numbers)
        return FoundFile(
            self.root.joinpath(*self.names[place]),
            name,
            label,
            split,
            patient or None,
            site or None,
            attributes=self._read_attributes(rows),
        )

    def _build_bad_row(self, i: int, name: str, reason: str) -> BadRow:
        return BadRow(self.table.find_source(i), self.table.numbers[i], name, reason)

    def _read_one(self, rows: Sequence[Sequence[str]], column: str, fault: str) -> tuple[str, str]:
        """The one value that rows have in a column, and what is wrong, if anything is yet."""
        if not column:
            return "", fault
        place = self.table.find_column(column)
        values = sorted({write_whole(clean(row[place])) for row in rows} - {""})
        if len(values) > 1:
            more = f"its rows name several in {column!r} ({', '.join(values[:3])})"
            return "", fault or more
        return (values[0] if values else ""), fault

    def _read_attributes(self, rows: Sequence[Sequence[str]]) -> dict[str, str]:
        found = {}
        for column, place in self.columns:
            values = dict.fromkeys(cell for row in rows if (cell := clean(row[place])))
            if values:
                found[column] = " | ".join(values)
        return found

    def _read_boxes(self, name: str, numbers: Sequence[int]) -> None:
        if not self.roles.boxes:
            return
        places = [self.table.find_column(column) for column in self.roles.boxes]
        found = []
        for i in numbers:
            row = self.table.rows[i]
            cells = [clean(row[place]) for place in places]
            label = self.labels.read([row])[0] if self.labels else ""
            box = _read_box(cells, label, self.roles.are_sizes)
            if box is not None and box not in found:
                found.append(box)
            elif box is None and any(cells):
                reason = "its box is none in pixels; the image is used"
                self.rows.bad.append(self._build_bad_row(i, name, reason))
        if found:
            self.boxes[name] = tuple(found)


def _read_box(cells: Sequence[str], label: str, are_sizes: bool) -> Box | None:
    try:
        x0, y0, x1, y1 = map(float, cells)
    except ValueError:
        return None
    if are_sizes:
        x1 += x0
        y1 += y0
    is_valid = all(math.isfinite(v) for v in (x0, y0, x1, y1)) and x0 < x1 and y0 < y1
    return Box(label, x0, y0, x1, y1) if is_valid else None


def _find_patient_level(names: Sequence[Parts]) -> int | None:
    """The level of folders that are called like patients, on the way to every image."""
    depth = min((len(parts) for parts in names), default=0) - 1
    return next(
        (i for i in range(depth) if all(_PATIENT_FOLDER.fullmatch(parts[i]) for parts in names)),
        None,
    )


def _find_split_level(names: Sequence[Parts]) -> int | None:
    """The level of folders that are splits, at least two, on the way to every image."""
    depth = min((len(parts) for parts in names), default=0) - 1
    for level in range(depth):
        splits = {find_split(folder) for folder in {parts[level] for parts in names}}
        if None not in splits and len(splits) > 1:
            return level
    return None


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
                remedy="Add it with one class an image (--label-kind single), then name the grades,"
                " the lowest first: under Manage on its page, or with medapp data task.",
            ) from error
    return tuple(sorted(found, key=write_natural_key))


def _say(layout: Layout, rows: _Rows, builder: _Builder, images: int) -> list[str]:
    """What was found in the rows, in sentences."""
    said = _say_columns(builder)
    if rows.in_folders:
        named = count(rows.in_folders, "cell")
        what = "a patient, study or series" if builder.is_by_headers else "a folder"
        said.append(f"{named} in {builder.roles.image!r}: each means all images of {what}.")
    if builder.several:
        said.append(f"Images of several rows: {builder.several:,}.")
    if layout.boxes:
        said.append(f"Boxes: {sum(map(len, layout.boxes.values())):,}.")
    return said + _say_gaps(layout, rows, images)


def _say_columns(builder: _Builder) -> list[str]:
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


def _say_gaps(layout: Layout, rows: _Rows, images: int) -> list[str]:
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
