"""How long does it take to tell what the columns of a large table hold?

    python -m benchmarks.speed.table_columns

The table is like that of ChestX-ray14: 11 columns, of which one names the images; the images are
names, and no files. Each time begins without anything that is kept from before.
"""

import random
import statistics
import time
from collections.abc import Sequence

from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from medapp.data.layouts.manifest import matching
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.tables import Table

COLUMNS = (
    *("Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age"),
    *("Patient Gender", "View Position", "OriginalImageWidth", "OriginalImageHeight"),
    *("PixelSpacing x", "PixelSpacing y"),
)
FINDINGS = ("Atelectasis", "Effusion", "Mass", "Nodule", "Hernia", "No Finding")


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False, repeats=5)
    parser.add_argument("--rows", type=int, default=60_000)
    options = parser.parse_args(arguments)
    table = build_rows(options.rows)
    names = [("images", row[0]) for row in table.rows]
    seconds = []
    for _ in range(options.repeats):
        for index in (matching._index_paths, matching._index_ends, matching._index_folders):
            index.cache_clear()
        began = time.perf_counter()
        roles = guess_roles(table, names)
        seconds.append(time.perf_counter() - began)
        if roles.image != COLUMNS[0]:
            raise AssertionError(f"{roles.image} was taken for the images' names")
    words = f"the columns of {options.rows:,} rows × {len(COLUMNS)}, and as many images, are told"
    return [Claim("18", words, "", statistics.median(seconds), 2.0, "s", is_ceiling=True)]


def build_rows(rows: int) -> Table:
    """A table of so many rows, three of each patient."""
    draw = random.Random(0)
    cells = [
        (
            f"{i // 3:08d}_{i % 3:03d}.png",
            "|".join(sorted(set(draw.choices(FINDINGS, k=draw.choice((1, 1, 2)))))),
            str(i % 3),
            str(i // 3 + 1),
            str(draw.randint(1, 95)),
            draw.choice("MF"),
            draw.choice(("PA", "AP")),
            str(draw.randint(1000, 3000)),
            str(draw.randint(1000, 3000)),
            f"{draw.random():.3f}",
            "0.143",
        )
        for i in range(rows)
    ]
    return Table("Data_Entry.csv", COLUMNS, tuple(cells), tuple(range(2, rows + 2)))


if __name__ == "__main__":
    for claim in main():
        print(claim)
