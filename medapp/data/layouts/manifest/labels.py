"""The label of an image from the cells of its rows, as a catalog holds it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from medapp.data.layouts.manifest import words
from medapp.data.layouts.manifest.marks import (
    ABSENT,
    BLANK,
    PRESENT,
    UNCERTAIN,
    clean,
    read_mark,
    write_whole,
)
from medapp.data.layouts.roles import Roles
from medapp.data.layouts.tables import Table
from medapp.task.multi_label import SEPARATOR, UNKNOWN

MAX_LABEL = 200  # characters
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")


@dataclass
class LabelReader:
    """Rows of one image to its label.

    Attributes:
        counts: cells by what they were taken for, such as "uncertain", for the sentences.
    """

    table: Table
    roles: Roles
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.places = [self.table.find_column(column) for column in self.roles.labels]
        pairs = zip(self.roles.labels, self.places, strict=True)
        self.blanks = {column: self._find_blank(place) for column, place in pairs}
        self.names = self._name_marks()
        cells = set(self.table.list_cells(self.roles.labels[0]))
        self.is_marked = len(cells) < 12 and all(read_mark(cell) is not None for cell in cells)

    def read(self, rows: Sequence[Sequence[str]]) -> tuple[str, str]:
        """The label of an image with these rows, and "" or why it has none."""
        if self.roles.kind != "several":
            return self._read_single(rows)
        found: dict[str, str] = {}
        for row in rows:
            marks, fault = self._read_findings(row)
            if fault:
                return "", fault
            for name, mark in marks.items():
                # Rows of one image name a finding each, so that one that is not named says nothing.
                found[name] = PRESENT if PRESENT in (mark, found.get(name)) else mark
        return _write(found), ""

    def _read_single(self, rows: Sequence[Sequence[str]]) -> tuple[str, str]:
        labels = dict.fromkeys(self._read_one(row) for row in rows)
        faults = [fault for label, fault in labels if fault]
        names = sorted({label for label, fault in labels if not fault})
        if len(names) > 1:
            return "", f"its rows contradict one another ({', '.join(names[:4])})"
        if not names:
            return "", faults[0]
        return names[0], ""

    def _read_one(self, row: Sequence[str]) -> tuple[str, str]:
        if len(self.places) > 1:
            pairs = zip(self.roles.labels, self.places, strict=True)
            there = [name for name, place in pairs if read_mark(row[place]) == PRESENT]
            return (there[0], "") if len(there) == 1 else ("", f"{len(there)} labels in its row")
        cell = clean(row[self.places[0]])
        if not cell:
            return "", "no label"
        if len(cell) > MAX_LABEL:
            return "", f"a label of {len(cell):,} characters"
        return self.names.get(write_whole(cell), write_whole(cell)), ""

    def _name_marks(self) -> Mapping[str, str]:
        """What 0 and 1 mean in a column that is called like a finding."""
        if len(self.roles.labels) != 1 or self.roles.kind != "single":
            return {}
        column = self.roles.labels[0]
        cells = {write_whole(cell) for cell in self.table.list_cells(column) if clean(cell)}
        is_finding = cells <= {"0", "1"} and not words.is_generic(column)
        return {"1": column, "0": f"no {column}"} if is_finding and cells else {}

    def _find_blank(self, place: int) -> str:
        """What an empty cell in a column of a finding counts as."""
        if self.roles.blank:
            return self.roles.blank
        says_absent = any(read_mark(row[place]) == ABSENT for row in self.table.rows)
        return "unknown" if says_absent else "absent"

    def _read_findings(self, row: Sequence[str]) -> tuple[dict[str, str], str]:
        """Findings to "present", "absent" or "unknown"; "" or what is wrong."""
        if len(self.places) == 1 and not self.is_marked:
            return self._read_list(row[self.places[0]])
        found: dict[str, str] = {}
        for column, place in zip(self.roles.labels, self.places, strict=True):
            mark = read_mark(row[place])
            if mark is None:
                return {}, f"{row[place][:40]!r} in {column!r} is no 0, 1 or -1"
            self.counts[mark] += 1
            meaning = {BLANK: self.blanks[column], UNCERTAIN: self.roles.uncertain}.get(mark, mark)
            found[_clean_name(column)] = meaning
        return found, ""

    def _read_list(self, cell: str) -> tuple[dict[str, str], str]:
        parts = _split(clean(cell), self.roles.separator)
        names = [_clean_name(part) for part in parts if not words.says_nothing_found(part)]
        if not parts:
            return {}, "no label"
        if any(len(name) > MAX_LABEL for name in names):
            return {}, "a label that is too long"
        self.counts["nothing found"] += not names
        return dict.fromkeys(names, PRESENT), ""

    def list_findings(self) -> tuple[str, ...]:
        """All findings that columns are called by; none where cells name them."""
        is_columns = self.roles.kind == "several" and (len(self.places) > 1 or self.is_marked)
        return tuple(map(_clean_name, self.roles.labels)) if is_columns else ()

    def describe(self) -> list[str]:
        """How unclear cells were counted, in sentences."""
        said = []
        if self.counts[UNCERTAIN]:
            word = self.roles.uncertain
            said.append(f"Uncertain (-1): {count(self.counts[UNCERTAIN], 'cell')}, as {word}.")
        for word in ("absent", "unknown"):
            columns = [c for c, meaning in self.blanks.items() if meaning == word]
            if self.counts[BLANK] and columns:
                never = " as the column never says 0" if word == "absent" else ""
                why = "" if self.roles.blank else never
                whose = (
                    f"in {len(columns)} columns of findings"
                    if len(columns) > 1
                    else (f"in {columns[0]!r}")
                )
                said.append(f"An empty cell {whose} counts as {word}{why}.")
        if self.counts["nothing found"]:
            rows = count(self.counts["nothing found"], "row")
            said.append(f"No finding at all in {rows}: every finding counts as absent there.")
        if self.names:
            name = self.roles.labels[0]
            said.append(f"1 in {name!r} is called {name!r}, and 0 'no {name}'.")
        return said


def count(number: int, noun: str) -> str:
    """A number with its noun, such as "1 row" and "2 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _split(cell: str, separator: str) -> list[str]:
    """The findings in one cell; brackets and quotes of a list, as Python writes it, go."""
    if cell.startswith("[") and cell.endswith("]"):
        quoted = [a or b for a, b in _QUOTED.findall(cell)]
        parts = quoted or cell.strip("[] ").split(separator or ",")
        found = [part.strip() for part in parts if part.strip()]
        return found or ["no finding"]
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]


def _clean_name(name: str) -> str:
    """A finding's name without the marks that divide findings in a catalog."""
    return " ".join(name.replace(SEPARATOR, "/").split()).lstrip(UNKNOWN + " ")


def _write(found: Mapping[str, str]) -> str:
    marks = {PRESENT: "", "unknown": UNKNOWN}
    said = [(name, marks[mark]) for name, mark in found.items() if mark in marks]
    return SEPARATOR.join(f"{mark}{name}" for name, mark in said)
