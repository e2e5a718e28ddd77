"""Predictions as rows, and as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.store.plain import guard_cell


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
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    probabilities = [f"probability of {name}" for name in classes]
    # "probability of " keeps the name of a class from beginning a formula.
    table.writerow(["file", "prediction", *probabilities, "error", "model", "use"])
    for row in rows:
        name = (row.file.relative_to(root) if root else row.file).as_posix()
        figures = [f"{row.probabilities[c]:.6f}" if row.probabilities else "" for c in classes]
        cells = [name, row.label or "", *figures, row.error or "", model, "research only"]
        table.writerow(map(guard_cell, cells))
    return file.getvalue()
