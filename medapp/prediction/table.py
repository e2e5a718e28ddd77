"""Predictions as rows, and as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.store.plain import write_cells


@dataclass(frozen=True)
class Row:
    """One file: its class and probabilities, or why there are none."""

    file: Path
    label: str | None
    probabilities: dict[str, float]
    error: str | None


def write_csv(
    rows: Sequence[Row], classes: Sequence[str], model: str, root: Path | None = None
) -> str:
    """The predictions as CSV: file, prediction, a column a class, error, model, use.

    Args:
        root: a folder; the files are named by their paths below it.
    """
    probabilities = [f"probability of {name}" for name in classes]
    table: list[list[str]] = [["file", "prediction", *probabilities, "error", "model", "use"]]
    for row in rows:
        name = (row.file.relative_to(root) if root else row.file).as_posix()
        figures = [f"{row.probabilities[c]:.6f}" if row.probabilities else "" for c in classes]
        table.append([name, row.label or "", *figures, row.error or "", model, "research only"])
    return write_cells(table)
