"""Images to a data set in the catalog: a folder in place, a zip, or loose files given by class.

Every file is read once, whole: its hash and its facts come from the same bytes. What cannot be
decoded is left out, with the reason.
"""

import contextlib
import datetime
import hashlib
import itertools
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.data.catalog import Catalog, check_name
from medapp.data.copies import group_copies
from medapp.data.folder import BOXES_FILE, FoundFile, read_boxes, scan_folder
from medapp.data.samples import DataSet, Sample
from medapp.data.split import describe_split, split_samples
from medapp.errors import DataError, ImageError, WorkspaceError
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.imaging.geometry import Box
from medapp.imaging.image import ImageFacts, decode_image, read_content
from medapp.imaging.readers import list_suffixes
from medapp.store.archive import extract_archive
from medapp.store.files import expand_path
from medapp.store.threads import OnProgress, map_threaded
from medapp.store.workspace import Workspace


@dataclass(frozen=True)
class ImportReport:
    """What became of an import.

    Attributes:
        images: how many can be learned from.
        splits: images by split; every split has a number, which may be 0.
        unreadable: (file, reason) for each that was left out.
        leaks: test images of which a copy stands in training or validation.
    """

    data_set: DataSet
    images: int
    splits: dict[str, int]
    unreadable: tuple[tuple[str, str], ...]
    leaks: int


@dataclass(frozen=True)
class ReadFile:
    """What one file holds.

    Attributes:
        content_hash: SHA-256 of its bytes, in hex.
        fingerprint: see `compute_fingerprint`.
    """

    content_hash: str
    fingerprint: str
    facts: ImageFacts


@dataclass(frozen=True)
class Batch:
    """Files to be one data set, and what is known of them beside their bytes."""

    root: Path
    origin: str
    files: Sequence[FoundFile]
    boxes: Mapping[str, Sequence[Box]]
    left_out: Sequence[tuple[str, str]]
    find_patient: Callable[[str], str | None]
    find_site: Callable[[str], str | None] = lambda name: None
    patient_pattern: str | None = None
    is_synthetic: bool = False


def add_folder(
    workspace: Workspace,
    folder: Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Register a folder in place; its files are never changed.

    How classes and splits are found is told in `medapp.data.folder.scan_folder`.

    Args:
        name: of the data set; None takes the folder's, with a number where that is taken.
        patient_pattern: see `preview_patients`.

    Raises:
        DataError: no folder, no images in class folders, the name is taken, or the pattern is no
            regular expression.
    """
    folder = expand_path(folder)
    pattern = _compile(patient_pattern)
    chosen = choose_name(workspace, name, folder.name)
    return _register(workspace, folder, "registered", chosen, pattern, on_progress)


def add_zip(
    workspace: Workspace,
    zip_path: Path,
    name: str | None = None,
    patient_pattern: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Unpack a zip of a folder of images into the workspace, and register the folder there.

    Raises:
        ArchiveError: the zip is damaged or refused (see `medapp.store.archive.extract_archive`).
        DataError: as `add_folder`.
    """
    pattern = _compile(patient_pattern)
    chosen = choose_name(workspace, name, Path(zip_path).stem)
    with make_folder(workspace, chosen) as folder:
        extract_archive(Path(zip_path), folder, (*list_suffixes(), Path(BOXES_FILE).suffix))
        return _register(workspace, folder, "uploaded", chosen, pattern, on_progress)


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
    pattern = _compile(patient_pattern)
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
        batch = Batch(
            folder,
            "uploaded",
            found,
            {},
            [],
            _build_finder(pattern),
            patient_pattern=patient_pattern or None,
        )
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


def preview_patients(names: Sequence[str], pattern: str) -> list[tuple[str, str | None]]:
    """Each name with the patient that the pattern finds behind its last slash, or None.

    The patient is the pattern's first group, or the whole match where it has no group.

    Raises:
        DataError: the pattern is no regular expression.
    """
    find_patient = _build_finder(_compile(pattern))
    return [(name, find_patient(name)) for name in names]


def _register(
    workspace: Workspace,
    folder: Path,
    origin: str,
    name: str,
    pattern: re.Pattern[str] | None,
    on_progress: OnProgress | None,
) -> ImportReport:
    """Scan a folder, with its table of boxes where there is one, and import what it holds."""
    scan = scan_folder(folder)
    try:
        str(scan.root).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"The path of {name} is not valid Unicode.", remedy="Rename the folder."
        ) from error
    boxes, faults = read_boxes(scan.root / BOXES_FILE, [file.name for file in scan.files])
    batch = Batch(
        scan.root,
        origin,
        scan.files,
        boxes,
        [*scan.left_out, *faults],
        _build_finder(pattern),
        patient_pattern=pattern.pattern if pattern else None,
    )
    return import_batch(workspace, batch, name, on_progress)


def import_batch(
    workspace: Workspace, batch: Batch, name: str, on_progress: OnProgress | None
) -> ImportReport:
    """Read every file, decide who is in which split, and store the data set.

    Raises:
        DataError: no file can be read, or the name is taken.
    """
    read = list(map_threaded(lambda file: _read_file(file.path), batch.files, on_progress))
    pairs = list(zip(batch.files, read, strict=True))
    broken = [(file.name, result) for file, result in pairs if isinstance(result, str)]
    left_out = [*batch.left_out, *broken]
    good = [(file, result) for file, result in pairs if not isinstance(result, str)]
    if not good:
        raise DataError(
            f"None of {len(batch.files)} images can be read ({': '.join(left_out[0])}).",
            remedy="Check the files.",
        )
    samples = _build_samples(batch, good)
    has_patients = any(sample.patient is not None for sample in samples)
    official = [file.split for file, _ in good]
    draft = DataSet(
        id=0,
        name=name,
        root=batch.root,
        origin=batch.origin,
        classes=tuple(sorted({s.label for s in samples})),
        patient_pattern=batch.patient_pattern,
        has_patients=has_patients,
        split_origin=describe_split(official, has_patients),
        is_synthetic=batch.is_synthetic,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    catalog = Catalog(workspace)
    return build_report(catalog, catalog.add(draft, samples, left_out))


def _build_samples(batch: Batch, good: Sequence[tuple[FoundFile, ReadFile]]) -> list[Sample]:
    """Samples of files that can be read."""
    patients = [batch.find_patient(file.name) for file, _ in good]
    labels = [file.label for file, _ in good]
    hashes = [read.content_hash for _, read in good]
    copies = group_copies(hashes, [read.fingerprint for _, read in good])
    official = [file.split for file, _ in good]
    splits = split_samples(labels, hashes, patients, official, copies=copies)
    return [
        Sample(
            id=0,
            name=file.name,
            path=file.path,
            label=file.label,
            patient=patient,
            site=batch.find_site(file.name),
            split=split,
            content_hash=read.content_hash,
            width=read.facts.width,
            height=read.facts.height,
            mode=read.facts.mode,
            boxes=tuple(batch.boxes.get(file.name, ())),
            fingerprint=read.fingerprint,
            copy_group=copy_group,
        )
        for (file, read), patient, split, copy_group in zip(
            good, patients, splits, copies, strict=True
        )
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
    )


def _read_file(path: Path) -> ReadFile | str:
    """What a file holds, or why it cannot be used."""
    try:
        content = read_content(path)
        pixels, facts = decode_image(content, path.suffix)
        content_hash = hashlib.sha256(content).hexdigest()
        return ReadFile(content_hash, compute_fingerprint(pixels), facts)
    except OSError as error:
        return f"it cannot be opened ({error.strerror or error})"
    except ImageError as error:
        return str(error)


def _compile(pattern: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise DataError(
            f"The patient pattern {pattern!r} is no regular expression: {error}.",
            remedy="'^.{8}' finds the first eight characters.",
        ) from error


def _build_finder(pattern: re.Pattern[str] | None) -> Callable[[str], str | None]:
    def find_patient(name: str) -> str | None:
        match = pattern.search(name.rpartition("/")[2]) if pattern else None
        if match is None:
            return None
        found: str | None = match[1] if match.re.groups else match[0]
        return found or None

    return find_patient


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
