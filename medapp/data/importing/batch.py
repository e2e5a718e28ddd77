"""A batch of files to a data set in the catalog.

Every file is read once, whole: its hash and its facts come from the same bytes. What cannot be
decoded is left out, with the reason. Files that an import before has read are not read again.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from medapp.data.catalog import Catalog
from medapp.data.copies.within import group_copies
from medapp.data.facts import load_facts
from medapp.data.importing.ct_windows import CtWindows, find_ct_windows
from medapp.data.importing.headers import HashedHeader, hash_identifiers, keep_headers
from medapp.data.importing.patients import choose_patients, name_one_patient
from medapp.data.importing.remembering import forget, open_memory
from medapp.data.layouts.boxes import check_boxes
from medapp.data.layouts.layout import FoundFile
from medapp.data.reading import ReadFile, read_file
from medapp.data.samples import DataSet, Sample
from medapp.data.splits.split import describe_split, has_labels, split_samples
from medapp.errors import DataError
from medapp.imaging.geometry import Box
from medapp.store.threads import OnProgress, map_threaded
from medapp.store.workspace import Workspace
from medapp.task import Task, find_task


@dataclass(frozen=True)
class ImportReport:
    """What became of an import.

    Attributes:
        images: how many can be learned from.
        splits: images by split; every split has a number, which may be 0.
        unreadable: (file, reason) for each that was left out.
        leaks: test images of which a copy stands in training or validation.
        patients: how many there are; None where none is known.
        sentences: how the files were found and read, and where patients come from.
    """

    data_set: DataSet
    images: int
    splits: dict[str, int]
    unreadable: tuple[tuple[str, str], ...]
    leaks: int
    patients: int | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Files to be one data set, and what is known of them beside their bytes.

    Attributes:
        sentences: how the files were found and read.
        reading: the same as plain values, so that it can be done again (see `DataSet.reading`).
        has_patient_folders: the user said which folders are patients.
        task: what is to be said of each image, a key of `medapp.task.TASKS`.
        patients_from: where the files' own patients come from.
        order: all classes, in an order that means something; empty for that of their names.
    """

    root: Path
    origin: str
    files: Sequence[FoundFile]
    boxes: Mapping[str, Sequence[Box]] = field(default_factory=dict)
    left_out: Sequence[tuple[str, str]] = ()
    pattern: re.Pattern[str] | None = None
    sentences: Sequence[str] = ()
    reading: Mapping[str, Any] = field(default_factory=dict)
    has_patient_folders: bool = False
    is_synthetic: bool = False
    task: str = "single-label"
    order: Sequence[str] = ()
    patients_from: str = "folders"


@dataclass(frozen=True)
class ReadBatch:
    """What became of a batch's files.

    Attributes:
        samples: of files that could be read; their split is empty where nobody has published one.
        left_out: (file, reason) for each other file, and for each box that lies on no image.
        whence: a sentence that says where patients come from.
        has_one_patient: nobody said who is who, and all headers name the same patient.
        ct_windows: what fits the images, where all are CT.
        remark: a sentence on files of which one frame or page of several came in; empty for none.
    """

    samples: list[Sample]
    left_out: list[tuple[str, str]]
    whence: str
    has_one_patient: bool = False
    ct_windows: CtWindows | None = None
    remark: str = ""

    @property
    def advice(self) -> tuple[str, ...]:
        """What else there is to say of the images, in sentences."""
        said = self.ct_windows.describe() if self.ct_windows else ""
        return tuple(filter(None, (self.remark, said)))


def import_batch(
    workspace: Workspace, batch: Batch, name: str, on_progress: OnProgress | None
) -> ImportReport:
    """Read every file, decide who is in which split, and store the data set.

    Raises:
        DataError: no file can be read, or the name is taken.
    """
    read = read_samples(workspace, batch, on_progress)
    if not read.samples:
        raise DataError(
            f"None of {len(batch.files)} images can be read ({': '.join(read.left_out[0])}).",
            remedy="Check the files.",
        )
    samples = _split(read.samples, find_task(batch.task))
    has_patients = any(sample.patient is not None for sample in samples)
    draft = DataSet(
        id=0,
        name=name,
        root=batch.root,
        origin=batch.origin,
        classes=_order_classes(batch, samples),
        patient_pattern=batch.pattern.pattern if batch.pattern else None,
        has_patients=has_patients,
        split_origin=describe_split(
            [s.split or None for s in read.samples],
            has_patients,
            noun=find_task(batch.task).noun,
            is_labelled=has_labels([sample.label for sample in samples]),
        ),
        is_synthetic=batch.is_synthetic,
        task=batch.task,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        reading={
            **batch.reading,
            "sentences": [*batch.sentences, read.whence, *read.advice],
            "has_one_patient": read.has_one_patient,
        },
    )
    catalog = Catalog(workspace)
    stored = catalog.add(draft, samples, read.left_out)
    forget(workspace, batch.root)
    return build_report(catalog, stored)


def read_samples(
    workspace: Workspace, batch: Batch, on_progress: OnProgress | None = None
) -> ReadBatch:
    """Read every file of a batch; those that an import before it has read are not read again."""
    with open_memory(workspace, batch.root) as memory:

        def read(file: FoundFile) -> ReadFile | str:
            return memory.recall(file) or _read_file(workspace, file)

        pairs = []
        found_files = map_threaded(read, batch.files, on_progress)
        for file, found in zip(batch.files, found_files, strict=True):
            pairs.append((file, found))
            if not isinstance(found, str):
                memory.keep(file, found)
    broken = [(file.name, result) for file, result in pairs if isinstance(result, str)]
    good = [(file, result) for file, result in pairs if not isinstance(result, str)]
    files = [file for file, _ in good]
    columns = {column for file in files for column in file.attributes}
    headers = keep_headers([found.header for _, found in good], columns)
    patients, whence = choose_patients(
        files, headers, batch.pattern, batch.has_patient_folders, batch.patients_from
    )
    samples = []
    astray: list[tuple[str, str]] = []
    for (file, found), patient, header in zip(good, patients, headers, strict=True):
        given = batch.boxes.get(file.name, ())
        boxes, lost = check_boxes(file.name, given, found.facts.width, found.facts.height)
        samples.append(_build_sample(file, found, patient, header, boxes))
        astray += lost
    is_told = batch.pattern is not None or batch.has_patient_folders
    has_one_patient = not is_told and name_one_patient(headers)
    windows = find_ct_windows([sample.attributes for sample in samples])
    left_out = [*batch.left_out, *broken, *astray]
    return ReadBatch(samples, left_out, whence, has_one_patient, windows, _say_frames(good))


def _say_frames(files: Sequence[tuple[FoundFile, ReadFile]]) -> str:
    """That files hold more frames or pages than the one that came in, with an example."""
    some = [
        (file.name, read.facts.frames[1])
        for file, read in files
        if file.frame is None and read.facts.frames and read.facts.frames[1] > 1
    ]
    if not some:
        return ""
    (name, count), *_ = some
    files_hold = "1 file holds" if len(some) == 1 else f"{len(some):,} files hold"
    return (
        f"{files_hold} several frames or pages ({name}: {count:,}); of each one image came in, the"
        " first that shows something."
    )


def _read_file(workspace: Workspace, file: FoundFile) -> ReadFile | str:
    """What a file holds, its header's identifiers hashed; or why it cannot be used."""
    found = read_file(file.path, file.frame)
    if isinstance(found, str) or found.header is None:
        return found
    return replace(found, header=hash_identifiers(workspace, found.header))


def _order_classes(batch: Batch, samples: Sequence[Sample]) -> tuple[str, ...]:
    """The classes: those of the batch in its order, or those that the images show, by name."""
    task = find_task(batch.task)
    found = {name for sample in samples for name in task.list_labels(sample.label)}
    return tuple(batch.order) if found <= set(batch.order) else task.order_classes(found)


def _build_sample(
    file: FoundFile,
    read: ReadFile,
    patient: str | None,
    header: HashedHeader,
    boxes: Sequence[Box],
) -> Sample:
    return Sample(
        id=0,
        name=file.name,
        path=file.path,
        label=file.label,
        patient=patient,
        site=file.site,
        split=file.split or "",
        content_hash=read.content_hash,
        width=read.facts.width,
        height=read.facts.height,
        mode=read.facts.mode,
        boxes=tuple(boxes),
        fingerprint=read.fingerprint,
        attributes={**header.attributes, **file.attributes},
        frame=file.frame,
        file_bytes=read.file_bytes,
        modified_ns=read.modified_ns,
    )


def _split(samples: Sequence[Sample], task: Task) -> list[Sample]:
    """The samples with their copies found, each in a split; published splits are kept."""
    hashes = [sample.content_hash for sample in samples]
    copies = group_copies(hashes, [sample.fingerprint for sample in samples])
    splits = split_samples(
        [sample.label for sample in samples],
        hashes,
        [sample.patient for sample in samples],
        [sample.split or None for sample in samples],
        copies=copies,
        task=task,
    )
    return [
        replace(sample, split=split, copy_group=group)
        for sample, split, group in zip(samples, splits, copies, strict=True)
    ]


def build_report(catalog: Catalog, data_set: DataSet) -> ImportReport:
    """What became of an import, read from the catalog."""
    splits = catalog.count_splits(data_set)
    return ImportReport(
        data_set=data_set,
        images=sum(splits.values()),
        splits=splits,
        unreadable=tuple(catalog.list_unreadable(data_set)),
        leaks=catalog.count_leaks(data_set),
        patients=load_facts(catalog, data_set).patients or None,
        sentences=tuple(data_set.reading.get("sentences", ())),
    )
