"""How far is a drawn split from its share of each class and of patients of each size?

    python -m benchmarks.accuracy.dealing [FOLDER[=PATTERN] …] [--tables TABLE.parquet …]

Each FOLDER holds a folder a class; PATTERN finds the patient in a file's name. Each Parquet table
has the columns `label` and `patient`. The phantom comes first. Nothing is stored but the phantom,
in the workspace that `MEDAPP_HOME` names. *Before* is the rule of before 26 November 2026: groups
went, the largest first, where most was lacking in the end, as they still do where no split has
room. Figures are the largest distance of a split's share from 70, 15 or 15%, in points, as mean and
maximum over seeds: over the classes, by images; over the sizes of patients (1, 2 to 3, 4 to 7, 8 to
15, 16 and more images; those that 20 patients or more have), by patients; of patients with several
images.
"""

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq

from medapp.data.catalog import Catalog
from medapp.data.samples import SPLITS
from medapp.data.splits.dealing import Tally
from medapp.data.splits.split import FRACTIONS, split_samples
from medapp.phantom.data_set import add_phantom
from medapp.store.workspace import find_workspace

LEAST_PATIENTS = 20
SUFFIXES = (".jpg", ".jpeg", ".png")
Images = tuple[str, list[str], list[str]]  # a title; of each image the class and the patient


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--tables", type=Path, nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print("| set | patients | rule | classes | sizes | patients with several images |")
    print("|" + "---|" * 6)
    for title, labels, patients in list_sets(options.folders, options.tables):
        for rule in ("before", "now"):
            measured = measure(labels, patients, options.seeds, rule == "before")
            cells = " | ".join(describe(column) for column in zip(*measured, strict=True))
            print(f"| {title} | {len(set(patients)):,} | {rule} | {cells} |", flush=True)


def list_sets(folders: Sequence[str], tables: Sequence[Path]) -> Iterator[Images]:
    phantom = add_phantom(find_workspace(), "Phantom of the dealing").data_set
    samples = Catalog(find_workspace()).load_samples(phantom)
    yield "phantom", [s.label for s in samples], [s.patient or s.name for s in samples]
    for said in folders:
        folder, _, pattern = said.partition("=")
        files = sorted(f for f in Path(folder).rglob("*") if f.suffix.lower() in SUFFIXES)
        found = [re.search(pattern, file.name) if pattern else None for file in files]
        patients = [m[0] if m else file.name for m, file in zip(found, files, strict=True)]
        yield Path(folder).name, [file.parent.name for file in files], patients
    for path in tables:
        table = pq.read_table(path, columns=["label", "patient"]).to_pydict()
        labels = [str(label) for label in table["label"]]
        patients = [name or f"alone {row}" for row, name in enumerate(table["patient"])]
        yield path.stem, labels, patients


def measure(
    labels: list[str], patients: list[str], seeds: int, as_before: bool
) -> list[tuple[float, float, float]]:
    """Of each seed, the largest distances over classes, over sizes, and of several images."""
    hashes = [hashlib.sha256(f"{row}".encode()).hexdigest() for row in range(len(labels))]
    images = Counter(patients)
    sizes = {patient: size.bit_length() for patient, size in images.items()}
    several = [patient for patient, size in images.items() if size > 1]
    counts = Counter(sizes.values())
    common = [patient for patient, size in sizes.items() if counts[size] >= LEAST_PATIENTS]
    rows = []
    for seed in range(seeds):
        if as_before:
            with patch.object(Tally, "has_room", return_value=False):
                splits = split_samples(labels, hashes, patients, [None] * len(labels), seed)
        else:
            splits = split_samples(labels, hashes, patients, [None] * len(labels), seed)
        split_of = dict(zip(patients, splits, strict=True))
        rows.append(
            (
                find_distance(labels, splits),
                find_distance([sizes[p] for p in common], [split_of[p] for p in common]),
                find_distance([0] * len(several), [split_of[p] for p in several]),
            )
        )
    return rows


def find_distance(kinds: Sequence[str] | Sequence[int], splits: Sequence[str]) -> float:
    """The largest distance, in points, of a split's share of a kind from what it should be."""
    totals = Counter(kinds)
    counts = Counter(zip(kinds, splits, strict=True))
    return max(
        (
            100 * abs(counts[kind, split] / total - share)
            for kind, total in totals.items()
            for split, share in zip(SPLITS, FRACTIONS, strict=True)
        ),
        default=float("nan"),
    )


def describe(distances: Sequence[float]) -> str:
    return f"{np.mean(distances):.1f}, at most {max(distances):.1f}"


if __name__ == "__main__":
    main()
