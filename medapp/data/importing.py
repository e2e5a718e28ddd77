"""Images to a data set in the catalog: a folder in place, a zip, or loose files given by class.

Every file is read once, whole: its hash and its facts come from the same bytes. What cannot be
decoded is left out, with the reason.
"""

import contextlib
import datetime
import itertools
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from medapp.data.boxes import BOXES_FILE, read_boxes
from medapp.data.catalog import Catalog, check_name
from medapp.data.containers import Container, SliceChoice, open_container
from medapp.data.containers.writing import write_images
from medapp.data.copies import group_copies
from medapp.data.facts import load_facts
from medapp.data.folder import build_layout, scan_folder
from medapp.data.headers import HashedHeader, hash_headers
from medapp.data.kinds import find_suffix, is_left_behind
from medapp.data.layout import FoundFile, Layout
from medapp.data.listing import HEAD_BYTES, Parts, build_listing
from medapp.data.patients import choose_patients, compile_pattern
from medapp.data.reading import ReadFile, read_file
from medapp.data.samples import DataSet, Sample
from medapp.data.split import describe_split, split_samples
from medapp.errors import DataError, WorkspaceError
from medapp.imaging.geometry import Box
from medapp.store.archive import extract_archive, open_archive
from medapp.store.files import expand_path
from medapp.store.threads import OnProgress, map_threaded
from medapp.store.workspace import Workspace
from medapp.task import find_task


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


@dataclass(frozen=True)
class ReadBatch:
    """What became of a batch's files.

    Attributes:
        samples: of files that could be read; their split is empty where nobody has published one.
        left_out: (file, reason) for each other file.
        whence: a sentence that says where patients come from.
    """

    samples: list[Sample]
    left_out: list[tuple[str, str]]
    whence: str


def inspect(path: Path, layout: str | None = None, slices: SliceChoice | None = None) -> Layout:
    """How a folder, a zip or a container would be read; nothing is stored, nothing unpacked.

    Args:
        slices: which slices of volumes become images; None for the default.

    Raises:
        ArchiveError, DataError: as `add_path`, but for a question, which the layout has.
    """
    path = expand_path(path)
    container = open_container(path, slices)
    if container is not None:
        return container.layout
    return inspect_zip(path, layout) if is_zip(path) else scan_folder(path, layout)


def add_path(
    workspace: Workspace,
    path: Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
    layout: str | None = None,
    slices: SliceChoice | None = None,
) -> ImportReport:
    """Register a folder in place, or copy the images of a zip or a container into the workspace.

    Args:
        slices: which slices of volumes become images; None for the default.

    Raises:
        ArchiveError, DataError: see `add_folder`, `add_zip` and `open_container`.
    """
    container = open_container(path, slices)
    if container is not None:
        return add_container(workspace, path, container, name, patient_pattern, on_progress)
    add = add_zip if is_zip(path) else add_folder
    return add(workspace, path, name, patient_pattern, on_progress, layout)


def add_folder(
    workspace: Workspace,
    folder: Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
    layout: str | None = None,
) -> ImportReport:
    """Register a folder in place; its files are never changed.

    Args:
        name: of the data set; None takes the folder's, with a number where that is taken.
        patient_pattern: see `medapp.data.patients.build_finder`.
        layout: what each folder of a path says, such as "{patient}/{label}"; None recognises it.

    Raises:
        DataError: no folder, no images, folders that cannot be told without an answer, a name that
            is taken, or a pattern that is no regular expression.
    """
    folder = expand_path(folder)
    pattern = compile_pattern(patient_pattern)
    chosen = choose_name(workspace, name, folder.name)
    found = scan_folder(folder, layout)
    return _register(workspace, found, "registered", chosen, pattern, on_progress, layout)


def add_zip(
    workspace: Workspace,
    zip_path: Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
    layout: str | None = None,
) -> ImportReport:
    """Unpack the images of a zip into the workspace, and register them there.

    Raises:
        ArchiveError: the zip is damaged or refused (see `medapp.store.archive.extract_archive`).
        DataError: as `add_folder`.
    """
    pattern = compile_pattern(patient_pattern)
    chosen = choose_name(workspace, name, Path(zip_path).stem)
    found = inspect_zip(Path(zip_path), layout)
    inside = found.root.relative_to(zip_path)
    wanted = [(inside / file.name).as_posix() for file in found.require_files()]
    with make_folder(workspace, chosen) as folder:
        boxes = (inside / BOXES_FILE).as_posix()
        extract_archive(Path(zip_path), folder, names={*wanted, boxes})
        root = folder / inside
        files = [replace(file, path=root / file.name) for file in found.files]
        moved = replace(found, root=root, files=tuple(files))
        return _register(workspace, moved, "uploaded", chosen, pattern, on_progress, layout)


def add_container(
    workspace: Workspace,
    path: Path,
    container: Container,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Write the images of a container into the workspace, and register them there.

    Raises:
        ArchiveError: the container is damaged further in.
        DataError: as `add_folder`.
    """
    pattern = compile_pattern(patient_pattern)
    chosen = choose_name(workspace, name, path.name.removesuffix(find_suffix(path.name)))
    with make_folder(workspace, chosen) as folder:
        layout = write_images(container, folder, on_progress)
        return _register(workspace, layout, "uploaded", chosen, pattern, on_progress, None)


def inspect_zip(path: Path, layout: str | None = None) -> Layout:
    """How a zip would be read; its paths stand below the zip's own.

    Raises:
        ArchiveError: the zip is damaged or refused.
        DataError: it holds no image, or none fits the layout.
    """
    with open_archive(path) as archive:

        def read_head(parts: Parts) -> bytes:
            return archive.read_head("/".join(parts), HEAD_BYTES)

        names = [tuple(name.split("/")) for name in archive.names]
        kept = [parts for parts in names if not any(map(is_left_behind, parts))]
        listing = build_listing(kept, read_head)
        return build_layout(path, listing, layout, read_head, archive.remark)


def is_zip(path: Path) -> bool:
    """Whether a path means a zip; the name of a folder may end in .zip too."""
    # Path.is_dir raises for a long path.
    return path.suffix.lower() == ".zip" and not os.path.isdir(path)  # noqa: PTH112


def add_files(
    workspace: Workspace,
    files: Mapping[str, Sequence[Path]],
    name: str,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Copy loose files, given by class, into the workspace and register them.

    A name that comes twice in a class gets a number.

    Raises:
        DataError: no files, a class whose name cannot be a folder's, or as `add_folder`.
        WorkspaceError: a file cannot be copied.
    """
    pattern = compile_pattern(patient_pattern)
    chosen = choose_name(workspace, name, name)
    if not any(files.values()):
        raise DataError("There are no files to add.", remedy="Choose at least one image.")
    for label in files:
        if re.search(r'[<>:"/\\|?*\x00-\x1f]', label) or label != label.strip(" .") or not label:
            raise DataError(
                f"{label!r} cannot be a class's folder.",
                remedy="Name the class with letters, digits, spaces, - and _.",
            )
    with make_folder(workspace, chosen) as folder:
        found = [
            file for label, paths in files.items() for file in _copy_files(folder, label, paths)
        ]
        batch = Batch(folder, "uploaded", found, pattern=pattern)
        return import_batch(workspace, batch, chosen, on_progress)


def _copy_files(folder: Path, label: str, paths: Sequence[Path]) -> Iterator[FoundFile]:
    label = unicodedata.normalize("NFC", label)
    home = folder / label
    for path in paths:
        try:
            home.mkdir(exist_ok=True)
            target = home / path.name
            for number in itertools.count(2):
                if not target.exists():
                    break
                target = home / f"{path.stem} {number}{path.suffix}"
            shutil.copyfile(path, target)
        except OSError as error:
            reason = error.strerror or error
            raise WorkspaceError(
                f"{path.name} could not be copied: {reason}.", remedy="Free some space."
            ) from error
        yield FoundFile(target, f"{label}/{target.name}", label, None)


def _register(
    workspace: Workspace,
    layout: Layout,
    origin: str,
    name: str,
    pattern: re.Pattern[str] | None,
    on_progress: OnProgress | None,
    asked: str | None,
) -> ImportReport:
    """Import the files of a layout, with their table of boxes where there is one."""
    files = layout.require_files()
    try:
        str(layout.root).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"The path of {name} is not valid Unicode.", remedy="Rename the folder."
        ) from error
    boxes, faults = read_boxes(layout.root / BOXES_FILE, [file.name for file in files])
    batch = Batch(
        layout.root,
        origin,
        files,
        boxes,
        [*layout.left_out, *faults],
        pattern,
        layout.describe(),
        {
            "layout": layout.template,
            "is_asked": asked is not None,
            "passed_over": [asdict(found) for found in layout.passed_over],
        },
        has_patient_folders=asked is not None,
        task=layout.task,
        order=layout.order,
    )
    return import_batch(workspace, batch, name, on_progress)


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
    samples = _split(read.samples)
    has_patients = any(sample.patient is not None for sample in samples)
    draft = DataSet(
        id=0,
        name=name,
        root=batch.root,
        origin=batch.origin,
        classes=_order_classes(batch, samples),
        patient_pattern=batch.pattern.pattern if batch.pattern else None,
        has_patients=has_patients,
        split_origin=describe_split([s.split or None for s in read.samples], has_patients),
        is_synthetic=batch.is_synthetic,
        task=batch.task,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        reading={**batch.reading, "sentences": [*batch.sentences, read.whence]},
    )
    catalog = Catalog(workspace)
    return build_report(catalog, catalog.add(draft, samples, read.left_out))


def read_samples(
    workspace: Workspace, batch: Batch, on_progress: OnProgress | None = None
) -> ReadBatch:
    """Read every file of a batch."""
    read = list(
        map_threaded(lambda file: read_file(file.path, file.frame), batch.files, on_progress)
    )
    pairs = list(zip(batch.files, read, strict=True))
    broken = [(file.name, result) for file, result in pairs if isinstance(result, str)]
    good = [(file, result) for file, result in pairs if not isinstance(result, str)]
    files = [file for file, _ in good]
    columns = {column for file in files for column in file.attributes}
    headers = hash_headers(workspace, [found.header for _, found in good], columns)
    patients, whence = choose_patients(files, headers, batch.pattern, batch.has_patient_folders)
    samples = [
        _build_sample(file, found, patient, header, batch.boxes.get(file.name, ()))
        for (file, found), patient, header in zip(good, patients, headers, strict=True)
    ]
    return ReadBatch(samples, [*batch.left_out, *broken], whence)


def _order_classes(batch: Batch, samples: Sequence[Sample]) -> tuple[str, ...]:
    """The classes: those of the batch in its order, or those that the images show, by name."""
    task = find_task(batch.task)
    found = {name for sample in samples for name in task.list_labels(sample.label)}
    return tuple(batch.order) if found <= set(batch.order) else tuple(sorted(found))


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


def _split(samples: Sequence[Sample]) -> list[Sample]:
    """The samples with their copies found, each in a split; published splits are kept."""
    hashes = [sample.content_hash for sample in samples]
    copies = group_copies(hashes, [sample.fingerprint for sample in samples])
    splits = split_samples(
        [sample.label for sample in samples],
        hashes,
        [sample.patient for sample in samples],
        [sample.split or None for sample in samples],
        copies=copies,
    )
    return [
        replace(sample, split=split, copy_group=group)
        for sample, split, group in zip(samples, splits, copies, strict=True)
    ]


def build_report(catalog: Catalog, data_set: DataSet) -> ImportReport:
    """What became of an import, read from the catalog."""
    by_split = catalog.count_classes(data_set)
    splits = {split: sum(counts.values()) for split, counts in by_split.items()}
    return ImportReport(
        data_set=data_set,
        images=sum(splits.values()),
        splits=splits,
        unreadable=tuple(catalog.list_unreadable(data_set)),
        leaks=catalog.count_leaks(data_set),
        patients=load_facts(catalog, data_set).patients or None,
        sentences=tuple(data_set.reading.get("sentences", ())),
    )


def choose_name(workspace: Workspace, name: str | None, fallback: str) -> str:
    """The name asked for, which must be free; without one the fallback, numbered if it is taken.

    Call this before the work: the catalog refuses a taken name only at its end.

    Raises:
        DataError: the name is taken, empty, too long, or holds what cannot be printed.
    """
    taken = {data_set.name for data_set in Catalog(workspace).list_data_sets()}
    if name is not None:
        if check_name(name) in taken:
            raise DataError(
                f"There is a data set {check_name(name)!r} already.",
                remedy="Choose another name, or remove that one.",
            )
        return check_name(name)
    printable = "".join(c for c in fallback if c.isprintable()).strip()[:90] or "Data"
    numbered = (f"{printable} {number}" for number in itertools.count(2))
    return next(n for n in itertools.chain([printable], numbered) if n not in taken)


@contextlib.contextmanager
def make_folder(workspace: Workspace, name: str) -> Iterator[Path]:
    """A new folder in the workspace for a data set's images; deleted again if the import fails."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-") or "data"
    for number in itertools.count(1):
        folder = workspace.data_folder / (plain if number == 1 else f"{plain}-{number}")
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            continue
        except OSError as error:
            raise WorkspaceError(
                f"{folder} cannot be made: {error.strerror}.", remedy="Check permissions and space."
            ) from error
    try:
        yield folder
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise WorkspaceError(
            f"{folder} cannot be filled: {error.strerror or error}.", remedy="Free some space."
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
