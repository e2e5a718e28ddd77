"""Predictions as rows, and as CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.notes import Note, sort_notes
from medapp.store.plain import write_cells


@dataclass(frozen=True)
class Row:
    """One file: its class and probabilities, or why there are none, and what to know of it."""

    file: Path
    label: str | None
    probabilities: dict[str, float]
    error: str | None
    notes: tuple[Note, ...] = ()


def write_csv(
    rows: Sequence[Row], classes: Sequence[str], model: str, root: Path | None = None
) -> str:
    """The predictions as CSV: file, prediction, a column a class, note, error, model, use.

    Args:
        root: a folder; the files are named by their paths below it.
    """
    probabilities = [f"probability of {name}" for name in classes]
    head = ["file", "prediction", *probabilities, "note", "error", "model", "use"]
    table: list[list[str]] = [head]
    for row in rows:
        name = (row.file.relative_to(root) if root else row.file).as_posix()
        figures = [f"{row.probabilities[c]:.6f}" if row.probabilities else "" for c in classes]
        said = [say_notes(row.notes), row.error or "", model, "research only"]
        table.append([name, row.label or "", *figures, *said])
    return write_cells(table)


def say_notes(notes: Iterable[Note]) -> str:
    """Notes as one text, the gravest first."""
    return " ".join(note.text for note in sort_notes(notes))
