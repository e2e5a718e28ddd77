"""What published scores of sources are worth, by the project's own τ and regret.

    python -m benchmarks.accuracy.ranking_published FOLDER

FOLDER holds `AUCs_dataset.csv` and the scores beside it (`lp_dataset.csv` …), the results of
https://github.com/DovileDo/transferability-in-medical-imaging (arXiv 2412.20172).
"""

import csv
import sys
from pathlib import Path

from benchmarks.accuracy.ranking_table import HEAD, Table, list_constant, list_order

ALWAYS = ("imagenet", "radimagenet")


def build_table(folder: Path) -> str:
    """A line a score, and one for each of two sources that are taken whatever the data."""
    truths = read_table(folder / "AUCs_dataset.csv")
    lines = [HEAD]
    for path in sorted(folder.glob("*_dataset.csv")):
        if not path.name.startswith("AUCs"):
            scores = read_table(path)
            lines += list_order(path.stem.removesuffix("_dataset"), scores, truths)
    for source in ALWAYS:
        lines += list_constant(f"always {source}", source, truths)
    return "\n".join(lines)


def read_table(path: Path) -> Table:
    """A published table: a column a data set, a row a source."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sets = [name for name in rows[0] if name not in ("", "source")]
    return {s: {row["source"]: float(row[s]) for row in rows if row[s]} for s in sets}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(build_table(Path(sys.argv[1])))
