"""Predictions as rows, and as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medapp.notes import Note, sort_notes
from medapp.store.plain import write_cells


@dataclass(frozen=True)
class Row:
    """One file: its class and probabilities, or why there are none, and what to know of it.

    Attributes:
        thresholds: finding → the probability from which it counts as there; empty where each image
            has one label.
    """

    file: Path
    label: str | None
    probabilities: dict[str, float]
    error: str | None
    notes: tuple[Note, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def found(self) -> dict[str, bool]:
        """Finding → whether it counts as there; empty where each image has one label."""
        return {name: self.probabilities[name] >= limit for name, limit in self.thresholds.items()}


def write_csv(
    rows: Sequence[Row], classes: Sequence[str], model: str, root: Path | None = None
) -> str:
    """The predictions as CSV: file, prediction, a column a class, note, error, model, use.

    Where an image may have several findings, each has its threshold and yes or no (1 or 0) too.

    Args:
        root: a folder; the files are named by their paths below it.
    """
    probabilities = [f"probability of {name}" for name in classes]
    asked = next((tuple(row.thresholds) for row in rows if row.thresholds), ())
    decided = [f"{what}{name}" for name in asked for what in ("threshold of ", "found ")]
    head = ["file", "prediction", *probabilities, *decided, "note", "error", "model", "use"]
    table: list[list[str]] = [head]
    for row in rows:
        name = (row.file.relative_to(root) if root else row.file).as_posix()
        figures = [f"{row.probabilities[c]:.6f}" if row.probabilities else "" for c in classes]
        said = [say_notes(row.notes), row.error or "", model, "research only"]
        limits = [
            text
            for c in asked
            for text in (
                (f"{row.thresholds[c]:.6f}", f"{row.found[c]:d}") if row.found else ("", "")
            )
        ]
        table.append([name, row.label or "", *figures, *limits, *said])
    return write_cells(table)


def say_notes(notes: Iterable[Note]) -> str:
    """Notes as one text, the gravest first."""
    return " ".join(note.text for note in sort_notes(notes))
