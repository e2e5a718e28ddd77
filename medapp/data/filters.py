"""Which images of a data set are meant: those with a value in a column, left out, or edited."""

from dataclasses import dataclass
from typing import Any

from medapp.data.samples import DataSet

STATE = "state"  # what a person did with an image; a column of the page, not of the table
LEFT_OUT = "left out"
EDITED = "edited"
# Columns of the table `samples`; other columns are attributes.
_OWN = ("patient", "site", "split")


@dataclass(frozen=True)
class Where:
    """A column and the value that images must have in it.

    Attributes:
        column: "patient", "site", "split", an attribute such as "sex", or `STATE`.
        value: as text; of `STATE`, `LEFT_OUT` or `EDITED`.
    """

    column: str
    value: str

    def write_condition(self) -> tuple[str, str, list[str]]:
        """The table or view to read, a condition in SQL on it, and the condition's values.

        Images that are left out are found by their state alone.
        """
        if self.column == STATE and self.value == LEFT_OUT:
            return "samples", "is_left_out", []
        if self.column == STATE:
            return "samples", "id IN (SELECT sample_id FROM edits WHERE NOT is_undone)", []
        if self.column in _OWN:
            return "used", f"{self.column} = ?", [self.value]
        rows = "SELECT 1 FROM json_each(attributes) AS j WHERE j.key = ? AND j.value = ?"
        return "used", f"EXISTS ({rows})", [self.column, self.value]


def build_filter(
    data_set: DataSet, split: str | None, label: str | None, text: str | None
) -> tuple[str, list[Any]]:
    """A WHERE clause and its values; an empty text or None filters nothing."""
    wanted = (
        ("data_set_id = ?", data_set.id),
        ("split = ?", split),
        ("label = ?", label),
        ("instr(searched, ?) > 0", text.casefold() if text else None),
    )
    given = [(condition, value) for condition, value in wanted if value]
    return " AND ".join(condition for condition, _ in given), [value for _, value in given]
