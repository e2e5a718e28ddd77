"""What a cell of a reader's table says: a class, several findings, or a rating."""

import math
from collections.abc import Sequence

from medapp.data.layouts.manifest.marks import ABSENT, PRESENT, clean, read_mark, write_whole
from medapp.data.layouts.manifest.words import fold, says_nothing_found
from medapp.evaluation.positive import find_positive
from medapp.task import Task
from medapp.task.multi_label import NONE, SEPARATOR


class CallReader:
    """Cells to labels as a catalog holds them; one for all cells of a table.

    A class is found by its name in any case, whatever stands between its words. Of two classes, a
    mark (1, yes, positive, +) means the finding and its opposite (0, no, negative) the other class.
    """

    def __init__(self, classes: Sequence[str], task: Task) -> None:
        self._task = task
        self._exact = {write_whole(name): name for name in classes}
        folded: dict[str, list[str]] = {}
        for name in classes:
            folded.setdefault(_fold(name), []).append(name)
        self._folded = {key: names[0] for key, names in folded.items() if len(names) == 1}
        positive = find_positive(classes) if not (task.has_several or task.has_order) else None
        self._marks: dict[str | None, str] = {}
        if positive is not None:
            other = next(name for name in classes if name != positive.name)
            self._marks = {PRESENT: positive.name, ABSENT: other}

    def read(self, cell: str) -> str | None:
        """The label that a cell means; None where it means none of the classes."""
        if not self._task.has_several:
            return self._read_one(cell)
        parts = [part.strip() for part in _divide(cell)]
        if len(parts) == 1 and (says_nothing_found(cell) or cell.casefold() == NONE):
            return ""
        found = [self._read_one(part) for part in parts if part]
        if not found or None in found:
            return None
        return SEPARATOR.join(sorted({name for name in found if name}))

    def _read_one(self, cell: str) -> str | None:
        text = write_whole(cell)
        found = self._exact.get(text) or self._folded.get(_fold(text))
        return found or self._marks.get(read_mark(cell))


def read_rating(cell: str) -> float | None:
    """A rating; None where a cell is no number. A comma may stand for the point."""
    try:
        rating = float(clean(cell).replace(",", "."))
    except ValueError:
        return None
    return rating if math.isfinite(rating) else None


def _fold(name: str) -> str:
    """A class's name in letters and digits alone; its own text where it has none."""
    return fold(name) or name.casefold()


def _divide(cell: str) -> list[str]:
    for separator in (SEPARATOR, ";", ","):
        if separator in cell:
            return cell.split(separator)
    return [cell]
