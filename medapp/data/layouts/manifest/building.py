"""The rows of one image to its file: label, patient, site, split, boxes, attributes."""

import re
from collections.abc import Sequence
from pathlib import Path

from medapp.data.layouts.layout import FoundFile, make_printable
from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest.boxes import build_box, read_cells
from medapp.data.layouts.manifest.flags import find_flags, read_flags
from medapp.data.layouts.manifest.labels import LabelReader
from medapp.data.layouts.manifest.marks import clean, write_whole
from medapp.data.layouts.manifest.rows import Rows
from medapp.data.layouts.roles import BadRow, Roles
from medapp.data.layouts.tables import Table
from medapp.data.layouts.template import find_split
from medapp.data.samples import SPLITS
from medapp.imaging.geometry import Box

_PATIENT_FOLDER = re.compile(
    r"(?:patient|pat|pt|subject|subj|sub|case|person|p)[ _-]?\d+", re.IGNORECASE
)


class FileBuilder:
    """Builds the file of each image from its rows."""

    def __init__(
        self,
        root: Path,
        table: Table,
        roles: Roles,
        names: Sequence[Parts],
        rows: Rows,
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
        self.flags = find_flags(table, roles.split)
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
        split, fault = self._read_split(rows, fault)
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

    def _read_split(self, rows: Sequence[Sequence[str]], fault: str) -> tuple[str | None, str]:
        """The split that rows name, or say with 0 and 1, and what is wrong, if anything is yet."""
        if self.roles.split in self.flags:
            values = {}
            for column in self.flags:
                values[column], fault = self._read_one(rows, column, fault)
            split, wrong = read_flags(values, self.flags)
            return split, fault or wrong
        said, fault = self._read_one(rows, self.roles.split, fault)
        split = find_split(said) if said else None
        if said and split is None:
            fault = fault or f"its split {said[:40]!r} is none of {', '.join(SPLITS)}"
        return split, fault

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
        found: list[Box] = []
        for i in numbers:
            row = self.table.rows[i]
            cells = [clean(row[place]) for place in places]
            label = self.labels.read([row])[0] if self.labels else ""
            quads = read_cells(cells)
            boxes = [build_box(quad, label, self.roles.are_sizes) for quad in quads or ()]
            found += [box for box in boxes if box is not None]
            if None in boxes or (quads is None and any(cells)):
                reason = "its box is none in pixels; the image is used"
                self.rows.bad.append(self._build_bad_row(i, name, reason))
        if found:
            self.boxes[name] = tuple(dict.fromkeys(found))


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
