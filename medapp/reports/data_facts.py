"""The images of a run, in numbers: no name of a file, patient or site leaves this module."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL
from medapp.data.facts import count_edited
from medapp.data.samples import SPLITS, UNLABELLED, DataSet, Sample
from medapp.errors import DataError, RunError
from medapp.reports.acquisition import Acquisition, gather_acquisition
from medapp.reports.people import People, gather_people
from medapp.runs.events import PlanMade
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, load_split
from medapp.store.workspace import Workspace
from medapp.task import Task, find_task

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class SplitFacts:
    """One split of a run.

    Attributes:
        patients: how many are known; None where none is.
        unknown: images of which the patient is not known.
        classes: class → images; an image with several findings counts for each.
    """

    name: str
    images: int
    patients: int | None
    unknown: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class SetFacts:
    """What the data set holds now, beside what the run took.

    Attributes:
        images: all of them, with those that are left out.
        left_out, unlabelled: how many somebody left out, and how many have no label.
        unreadable: files that could not be read when they were added.
        modes: how pixels are stored → images.
        sizes: the smallest and the largest width and height in pixels.
        acquisition: what DICOM headers say.
        relabelled: images whose label somebody changed after they were added.
        people: of whom the images of each of the run's splits are; empty where no column tells.
    """

    images: int
    left_out: int
    unlabelled: int
    unreadable: int
    origin: str
    is_synthetic: bool
    patient_pattern: str
    split_origin: str
    draws: int
    modes: Mapping[str, int]
    sizes: tuple[tuple[int, int], tuple[int, int]] | None
    acquisition: Acquisition
    relabelled: int
    people: tuple[People, ...]


@dataclass(frozen=True)
class DataFacts:
    """The data set of a run, and how its images were parted.

    Attributes:
        fingerprint: SHA-256 over the sorted content hashes of the images that the run took.
        split_fingerprint: the same with each image's split behind its hash.
        splits: those that hold images, in the order of `SPLITS`.
        choosing, calibrating: validation images that choose the epoch, and those that calibrate
            and choose nothing; None where the run does not tell.
        shared_images, shared_patients: how many stand in more than one split.
        now: None where the data set is no longer in this workspace.
        others: further data sets that the run learned from: name, role, images.
    """

    name: str
    images: int
    fingerprint: str
    split_fingerprint: str
    splits: tuple[SplitFacts, ...]
    choosing: int | None
    calibrating: int | None
    shared_images: int
    shared_patients: int
    now: SetFacts | None
    others: tuple[tuple[str, str], ...]

    def find_split(self, name: str) -> SplitFacts | None:
        """A split by its name; None where it holds no image."""
        return next((split for split in self.splits if split.name == name), None)

    @property
    def has_patients(self) -> bool:
        """Whether the patient of any image is known."""
        return any(split.patients for split in self.splits)


def gather_data(workspace: Workspace, run: Run) -> DataFacts:
    """The images of a run's head.

    Raises:
        RunError: the run has not begun, or its table is damaged or did not come with it.
    """
    if not run.has_model and not run.find_part(SPLIT).is_file():
        raise RunError(
            f"Run {run.name} has not begun, so there is nothing to report.",
            remedy="Wait until it has read its images.",
        )
    rows = load_split(run.find_part(SPLIT), run.name)
    task = find_task(run.recipe.data.task)
    parts = [(name, [row for row in rows if row["split"] == name]) for name in SPLITS]
    plan = next((e for e in run.list_events() if isinstance(e, PlanMade)), None)
    # Validation images of a further data set are not read.
    knows = plan is not None and not run.domain
    return DataFacts(
        name=run.home.name,
        images=len(rows),
        fingerprint=fingerprint_images(rows),
        split_fingerprint=fingerprint_split(rows),
        splits=tuple(_describe(name, part, task) for name, part in parts if part),
        choosing=plan.validation if knows and plan else None,
        calibrating=plan.calibration if knows and plan else None,
        shared_images=_count_shared(rows, "content_hash"),
        shared_patients=_count_shared(rows, "patient"),
        now=_gather_now(workspace, run, rows),
        others=tuple((c.name, c.role) for c in run.recipe.data.learned if c != run.home),
    )


def _count_shared(rows: Rows, column: str) -> int:
    """How many known values of a column stand in more than one split."""
    places: dict[str, set[str]] = {}
    for row in rows:
        if row[column] is not None:
            places.setdefault(row[column], set()).add(row["split"])
    return sum(len(splits) > 1 for splits in places.values())


def fingerprint_images(rows: Rows) -> str:
    """SHA-256 over the sorted content hashes, each on a line of its own."""
    return _hash_lines(row["content_hash"] for row in rows)


def fingerprint_split(rows: Rows) -> str:
    """SHA-256 over the sorted lines of content hash, space, split."""
    return _hash_lines(f"{row['content_hash']} {row['split']}" for row in rows)


def _hash_lines(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


def _describe(name: str, rows: Rows, task: Task) -> SplitFacts:
    known = {row["patient"] for row in rows} - {None}
    counts = Counter(label for row in rows for label in task.list_labels(row["label"]))
    unknown = sum(row["patient"] is None for row in rows)
    return SplitFacts(name, len(rows), len(known) or None, unknown, dict(sorted(counts.items())))


def _gather_now(workspace: Workspace, run: Run, rows: Rows) -> SetFacts | None:
    catalog = Catalog(workspace)
    try:
        data_set: DataSet = catalog.find_chosen(run.home.id, run.home.name)
    except DataError:
        return None
    samples = catalog.load_samples(data_set, with_left_out=True)
    sides = [(sample.width, sample.height) for sample in samples]
    least = (min(w for w, _ in sides), min(h for _, h in sides)) if sides else (0, 0)
    most = (max(w for w, _ in sides), max(h for _, h in sides)) if sides else (0, 0)
    return SetFacts(
        images=len(samples),
        left_out=sum(sample.is_left_out for sample in samples),
        unlabelled=sum(sample.label == UNLABELLED for sample in samples),
        unreadable=len(catalog.list_unreadable(data_set)),
        origin=data_set.origin,
        is_synthetic=data_set.is_synthetic,
        patient_pattern=data_set.patient_pattern or "",
        split_origin=data_set.split_origin,
        draws=data_set.draws,
        modes=dict(Counter(sample.mode for sample in samples).most_common()),
        sizes=(least, most) if sides else None,
        acquisition=gather_acquisition(samples),
        relabelled=count_edited(catalog, data_set).get(RELABEL, 0),
        people=gather_people(_part_samples(samples, rows)),
    )


def _part_samples(samples: Sequence[Sample], rows: Rows) -> dict[str, list[Sample]]:
    """The samples that a run took, by the split that it gave them, in the order of `SPLITS`."""
    known = {(sample.name, sample.content_hash): sample for sample in samples}
    parts: dict[str, list[Sample]] = {split: [] for split in SPLITS}
    for row in rows:
        sample = known.get((row["name"], row["content_hash"]))
        if sample is not None:
            parts[row["split"]].append(sample)
    return parts
