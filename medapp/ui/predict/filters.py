"""Which of many predictions to look at: by a class's probability, or those unlike their label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.prediction.table import Row


@dataclass(frozen=True)
class Filter:
    """What a reader asks of the rows.

    Attributes:
        name: the class whose probability is at least `least`; None asks nothing of it.
        is_wrong: only rows whose prediction is not the label that their folder names.
    """

    name: str | None = None
    least: float = 0.0
    is_wrong: bool = False


def choose_rows(
    rows: Sequence[Row], root: Path, classes: Sequence[str], asked: Filter
) -> list[int]:
    """The indices of the rows that fit, in order; an unreadable file has no probability."""

    def fits(row: Row) -> bool:
        if asked.name is not None and row.probabilities.get(asked.name, -1.0) < asked.least:
            return False
        if not asked.is_wrong:
            return True
        truth = find_truth(row.file, root, classes)
        return truth is not None and row.label is not None and row.label != truth

    return [index for index, row in enumerate(rows) if fits(row)]


def find_truth(file: Path, root: Path, classes: Sequence[str]) -> str | None:
    """The class that one of the file's folders below the root is named after, the nearest first.

    The root's own name counts too, as a reader may predict one class's folder alone. None where no
    folder is named after a class.
    """
    known = {name.casefold(): name for name in classes}
    folders = [*file.relative_to(root).parts[:-1][::-1], root.name]
    return next((known[name.casefold()] for name in folders if name.casefold() in known), None)
