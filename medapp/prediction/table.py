"""Predictions as rows, and as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medapp.evaluation.familiarity import Familiar
from medapp.evaluation.locked import Locked
from medapp.notes import Note, sort_notes
from medapp.store.plain import write_cells


@dataclass(frozen=True)
class Row:
    """One file: its class and probabilities, or why there are none, and what to know of it.

    Attributes:
        thresholds: finding → the probability from which it counts as there; empty where each image
            has one label.
        familiar: how the image lies to those that the model learned from; None where that cannot be
            told.
        refusal: why the answer is withheld; None where it is given.
        sets: level → the classes that are left at it; empty where none is promised.
        locked: the operating point that decided; None where none was locked.
    """

    file: Path
    label: str | None
    probabilities: dict[str, float]
    error: str | None
    notes: tuple[Note, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    familiar: Familiar | None = None
    refusal: str | None = None
    sets: Mapping[float, Sequence[str]] = field(default_factory=dict)
    locked: Locked | None = None

    @property
    def problem(self) -> str | None:
        """Why there is no prediction; None where there is one."""
        return self.error or self.refusal

    @property
    def found(self) -> dict[str, bool]:
        """Finding → whether it counts as there; empty where each image has one label."""
        return {name: self.probabilities[name] >= limit for name, limit in self.thresholds.items()}


def write_csv(
    rows: Sequence[Row], classes: Sequence[str], model: str, root: Path | None = None
) -> str:
    """The predictions as CSV: file, prediction, a column a class, note, error, model, use.

    Where an operating point was locked, its finding and threshold stand after the probabilities.
    Between them how unlike the image is, as percentile and verdict, and what is left at each level
    that is promised. An answer that is withheld says why under `error`. Where an image may have
    several findings, each has its threshold and yes or no (1 or 0) too.

    Args:
        root: a folder; the files are named by their paths below it.
    """
    probabilities = [f"probability of {name}" for name in classes]
    asked = next((tuple(row.thresholds) for row in rows if row.thresholds), ())
    decided = [f"{what}{name}" for name in asked for what in ("threshold of ", "found ")]
    locked = next((row.locked for row in rows if row.locked), None)
    lock = ["finding", "threshold"] if locked else []
    levels = sorted({level for row in rows for level in row.sets})
    kind = ["unlike percentile", "kind"] if any(row.familiar for row in rows) else []
    sets = [f"left at {level:.0%}" for level in levels]
    rest = ["note", "error", "model", "use"]
    head = ["file", "prediction", *probabilities, *decided, *lock, *kind, *sets, *rest]
    table: list[list[str]] = [head]
    for row in rows:
        name = (row.file.relative_to(root) if root else row.file).as_posix()
        figures = [f"{row.probabilities[c]:.6f}" if row.probabilities else "" for c in classes]
        said = [say_notes(row.notes), row.problem or "", model, "research only"]
        known = _list_kind(row) if kind else []
        left = ["; ".join(row.sets.get(level, ())) for level in levels]
        limits = [
            text
            for c in asked
            for text in (
                (f"{row.thresholds[c]:.6f}", f"{row.found[c]:d}") if row.found else ("", "")
            )
        ]
        point = [locked.finding, f"{locked.threshold:.6f}"] if locked else []
        table.append([name, row.label or "", *figures, *limits, *point, *known, *left, *said])
    return write_cells(table)


def _list_kind(row: Row) -> list[str]:
    if row.familiar is None:
        return ["", ""]
    return [f"{row.familiar.percentile:.2f}", row.familiar.verdict]


def say_notes(notes: Iterable[Note]) -> str:
    """Notes as one text, the gravest first."""
    return " ".join(note.text for note in sort_notes(notes))
