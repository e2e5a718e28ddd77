"""What a table's columns hold: the image, its labels, patient, site, split, boxes.

Plain values, which stand in a layout and are kept with a data set.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# Kinds of labels to the tasks that learn them.
KINDS = {"single": "single-label", "several": "multi-label", "ordinal": "ordinal"}
COUNTS_AS = ("unknown", "absent", "present")


@dataclass(frozen=True)
class Asked:
    """What a user says of a table's columns; None leaves a choice to MedApp, "" says that none is.

    Attributes:
        image, patient, site, split: a column's name.
        labels: names of columns; several where there is a column a finding.
        separator: what divides findings in one cell.
        kind: one of `KINDS`.
        uncertain, blank: what -1 and an empty cell in a column of a finding count as, one of
            `COUNTS_AS`.
    """

    image: str | None = None
    labels: tuple[str, ...] | None = None
    patient: str | None = None
    site: str | None = None
    split: str | None = None
    separator: str | None = None
    kind: str | None = None
    uncertain: str | None = None
    blank: str | None = None

    @property
    def is_nothing(self) -> bool:
        return self == Asked()


@dataclass(frozen=True)
class TableChoice:
    """Which tables say what the images show, and what their columns hold.

    Attributes:
        tables: paths of files, or of tables in the folder or zip, below it; empty takes those that
            lie beside the images.
    """

    tables: tuple[str, ...] = ()
    asked: Asked = Asked()


@dataclass(frozen=True)
class Roles:
    """What a table's columns hold; "" for what no column holds.

    Attributes:
        image: the column that names the image's file, or the folder of its files.
        labels: one column, or a column a finding.
        split: the column that names it, or one of those that say with 0 and 1 who is in a split.
        boxes: four columns, or one whose cells hold four numbers; empty for none.
        are_sizes: the third and the fourth are width and height, and not the far corner.
        separator: what divides findings in one cell; "" where a cell is one label.
        kind: one of `KINDS`.
        uncertain, blank: what -1 and an empty cell in a column of a finding count as; a `blank` of
            "" lets each column tell: absent where it never says 0, else unknown.
        reasons: why each was chosen, in words, by the name of the attribute.
    """

    image: str
    labels: tuple[str, ...] = ()
    patient: str = ""
    site: str = ""
    split: str = ""
    boxes: tuple[str, ...] = ()
    are_sizes: bool = False
    separator: str = ""
    kind: str = "single"
    uncertain: str = "unknown"
    blank: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict, hash=False)

    def ask(self) -> Asked:
        """What has to be asked for to get these again."""
        return Asked(
            self.image,
            self.labels,
            self.patient,
            self.site,
            self.split,
            self.separator,
            self.kind,
            self.uncertain,
            self.blank or None,
        )

    def list_columns(self) -> set[str]:
        """The columns that hold anything of these; the others are attributes."""
        one = (self.image, self.patient, self.site, self.split)
        return {column for column in (*one, *self.labels, *self.boxes) if column}


@dataclass(frozen=True)
class BadRow:
    """A row of a table that is not used, or not wholly.

    Attributes:
        table: the table's name.
        row: its number in the file, as a spreadsheet counts.
        image: what it says of the image.
        reason: what is wrong.
    """

    table: str
    row: int
    image: str
    reason: str


@dataclass(frozen=True)
class TableReading:
    """How tables were read, so that it can be shown, corrected, and done again.

    Attributes:
        tables: names of the tables, as paths below the folder, or absolute.
        columns: all columns.
        roles: what they hold.
        rows: how many rows they have.
    """

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    roles: Roles
    rows: int = 0

    def choose_again(self) -> TableChoice:
        """The choice that reads the same tables in the same way."""
        return TableChoice(self.tables, self.roles.ask())

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        roles = {**asdict(self.roles), "reasons": dict(self.roles.reasons)}
        return {
            "tables": list(self.tables),
            "columns": list(self.columns),
            "roles": roles,
            "rows": self.rows,
        }


def load_choice(kept: Mapping[str, Any]) -> TableChoice:
    """The choice that reads tables again as `TableReading.to_dict` says they were read.

    Raises:
        KeyError, TypeError: what is kept is damaged.
    """
    facts = dict(kept["roles"])
    for key in ("labels", "boxes"):
        facts[key] = tuple(facts[key])
    return TableChoice(tuple(kept["tables"]), Roles(**facts).ask())
