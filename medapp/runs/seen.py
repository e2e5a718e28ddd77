"""What a model has seen: the images that its run, and those that it started from, learned from.

A run's own images stand in its `split.parquet`, and those of further data sets in
`split-1.parquet` …. Those of earlier runs are kept in `seen.parquet` beside it, so that they are
known after the earlier runs are deleted, and on another machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medapp.data.copies.near import read_codes
from medapp.data.copies.rule import find_copies
from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.runs.run import Run
from medapp.runs.split_table import load_split, name_table
from medapp.store.files import open_replacing
from medapp.store.parquet import read_table
from medapp.store.workspace import Workspace

SEEN = "seen.parquet"
UNLABELLED = "without label"  # the split of an image whose label was not read

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class SeenImage:
    """An image that a run learned from, or chose its epoch by.

    Attributes:
        fingerprint: see `compute_fingerprint`; None in tables of older versions.
        patient: None where unknown; "#" and a number in a run that came without names.
        split: "train" or "validation"; `UNLABELLED` where the run learned from the image without
            reading its label; "test" where test images were asked for.
        data_set: the uid of its data set; empty in old recipes.
        run: what the run is called that has seen it.
    """

    content_hash: str
    fingerprint: str | None
    patient: str | None
    split: str
    data_set: str
    run: str

    @property
    def known_patient(self) -> str | None:
        """The patient, where the table tells who that is."""
        is_number = self.patient is not None and self.patient.startswith("#")
        return None if is_number else self.patient


COLUMNS = tuple(SeenImage.__dataclass_fields__)


def list_own(run: Run, with_test: bool = False) -> list[SeenImage]:
    """What the run itself has seen; nothing before its first sitting.

    Args:
        with_test: its test images too, which it was judged on.

    Raises:
        RunError: its table is damaged.
    """
    if not (run.folder / name_table(0)).exists():
        return []
    return [
        SeenImage(
            row["content_hash"],
            row.get("fingerprint"),
            row["patient"],
            UNLABELLED if choice.role == "target" else row["split"],
            choice.id,
            run.name,
        )
        for domain, choice in enumerate(run.recipe.data.learned)
        for row in load_split(run.folder / name_table(domain), run.name)
        if row["split"] == "train" or _is_read(choice.role, row["split"], with_test)
    ]


def _is_read(role: str, split: str, with_test: bool) -> bool:
    """Whether a run reads a split of one of its data sets beside the training split."""
    # The validation and test splits of further data sets are left alone.
    return role == "train" and (split == "validation" or with_test)


def list_earlier(workspace: Workspace, run: Run) -> list[SeenImage]:
    """What the runs have seen from whose model this run started, as far as that is known.

    Raises:
        RunError: a table is damaged.
    """
    path = run.folder / SEEN
    if path.exists():
        return load_seen(path, run.name)
    source = run.recipe.find_source()
    return list_seen(workspace, source) if source.startswith("run:") else []


def list_seen(workspace: Workspace, source: str) -> list[SeenImage]:
    """All that the run `source` ("run:ID") and those before it have seen; nothing if it is gone.

    Raises:
        RunError: a table is damaged.
    """
    run = Run(workspace.runs_folder / source.removeprefix("run:"))
    if not (run.folder / "recipe.json").exists():
        return []
    return [*list_own(run), *list_earlier(workspace, run)]


def save_earlier(workspace: Workspace, run: Run) -> None:
    """Keep what the runs before this one have seen in its folder, where there is a run before."""
    if run.recipe.find_source().startswith("run:"):
        images = list_earlier(workspace, run)
        columns = {name: [getattr(image, name) for image in images] for name in COLUMNS}
        table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
        with open_replacing(run.folder / SEEN) as file:
            pq.write_table(table, file)


def load_seen(path: Path, run_name: str) -> list[SeenImage]:
    """The images in a table that `save_earlier` wrote.

    Raises:
        RunError: it is damaged.
    """
    try:
        table = read_table(path).select(COLUMNS)
        return [SeenImage(**row) for row in table.to_pylist()]
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
        raise RunError(
            f"What run {run_name} had seen before cannot be read.",
            remedy=f"Put {SEEN} back, or start a new run.",
        ) from error


@dataclass(frozen=True)
class Overlap:
    """How many judged images a model had seen.

    Attributes:
        exact: byte by byte.
        copies: exact, or the same picture stored otherwise (see `medapp.data.copies.rule`).
        patients: judged images, other than copies, of a patient whom it had seen.
    """

    exact: int
    copies: int
    patients: int


def find_overlap(samples: Sequence[Sample], seen: Sequence[SeenImage]) -> Overlap:
    """Compare judged images with those that a model has seen."""
    exact, copies = mark_copies(samples, seen)
    of_known = mark_patients(samples, seen)
    return Overlap(int(exact.sum()), int(copies.sum()), int((of_known & ~copies).sum()))


def mark_patients(samples: Sequence[Sample], seen: Sequence[SeenImage]) -> Mask:
    """Which samples (N,) are of a patient whom a model has seen, by what patients are called."""
    patients = {image.known_patient for image in seen} - {None}
    return np.array([sample.patient in patients for sample in samples], bool)


def mark_copies(samples: Sequence[Sample], seen: Sequence[SeenImage]) -> tuple[Mask, Mask]:
    """Which samples (N,) a model has seen: byte by byte, and also as copies of other bytes."""
    contents = {image.content_hash for image in seen}
    exact = np.array([sample.content_hash in contents for sample in samples], bool)
    marked = [(row, s.fingerprint) for row, s in enumerate(samples) if s.fingerprint]
    known = sorted({image.fingerprint for image in seen if image.fingerprint})
    found = find_copies(read_codes([mark for _, mark in marked]), read_codes(known))
    rows = np.array([row for row, _ in marked], np.intp)
    copies = exact.copy()
    copies[rows[found.pairs[:, 0]]] = True
    return exact, copies
