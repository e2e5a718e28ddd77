"""What would come in from a path, before anything is stored: the same for the shell and the page.

Names and the headers of DICOM files are read, and of a few images their pixels.
"""

import io
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from medapp.data.containers import Container, open_container
from medapp.data.importing.adding import inspect
from medapp.data.importing.choice import AS_RECOGNISED, ImportChoice
from medapp.data.importing.ct_windows import CtWindows, find_ct_windows
from medapp.data.importing.frames import find_file_name
from medapp.data.importing.headers import HashedHeader
from medapp.data.importing.name_groups import suggest_pattern
from medapp.data.importing.opening import open_files
from medapp.data.importing.patients import choose_patients, compile_pattern, name_one_patient
from medapp.data.layouts.alike import find_alike_classes
from medapp.data.layouts.kinds import find_suffix, name_kind
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.sequences import note_sequences
from medapp.data.layouts.unlabelled import note_unlabelled
from medapp.data.one_patient import note_one_patient
from medapp.data.reading import read_header_alone
from medapp.data.samples import SPLITS, UNLABELLED
from medapp.data.splits.split import describe_split
from medapp.errors import ImageError
from medapp.imaging.image import decode_image
from medapp.imaging.preprocess import render_full
from medapp.notes import Note
from medapp.store.files import expand_path
from medapp.task import find_task

SHEET = 12  # images of a contact sheet
SHEET_PX = 160
SHEET_SECONDS = 5.0  # for the images of a container
MAX_HEADERS = 300  # that are read for a preview
# Never DICOM, so that no header is looked for.
_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"))


@dataclass(frozen=True)
class Preview:
    """What would come in.

    Attributes:
        kind: what the path is, such as "a folder".
        layout: how it would be read, or the question that has to be answered first.
        patients: how many were found; None where they are not known, or too many files would have
            to be read to tell.
        has_patients: whether any are known.
        patients_from: a sentence that says where patients come from.
        split_origin: a sentence that says where the split comes from; "" with a question.
        notes: what to know before it comes in.
        ct_windows: what fits the images, where all are CT.
    """

    path: Path
    kind: str
    layout: Layout
    patients: int | None
    has_patients: bool
    patients_from: str
    split_origin: str
    notes: tuple[Note, ...]
    ct_windows: CtWindows | None = None

    def count_classes(self) -> dict[str, dict[str, int]]:
        """Images by split and class; those whose split is not published stand under ""."""
        counts: dict[str, Counter[str]] = {}
        for file in self.layout.files:
            labels = self.layout.list_labels(file)
            counts.setdefault(file.split or "", Counter()).update(labels)
        ordered = [split for split in (*SPLITS, "") if split in counts]
        return {s: {c: counts[s][c] for c in self.layout.classes} for s in ordered}

    def describe(self) -> tuple[str, ...]:
        """The preview in sentences."""
        said = self.layout.describe()
        if self.layout.question:
            return said
        windows = self.ct_windows.describe() if self.ct_windows else ""
        rest = (self.patients_from, self.split_origin, windows)
        return (*said, *(sentence for sentence in rest if sentence))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.layout.to_dict(),
            "kind": self.kind,
            "counts": {split or "not published": n for split, n in self.count_classes().items()},
            "patients": self.patients,
            "patients_from": self.patients_from,
            "split_origin": self.split_origin,
            "windows": list(self.ct_windows.suggested) if self.ct_windows else [],
            "sentences": list(self.describe()),
            "passed_over": [asdict(found) for found in self.layout.list_passed_over()],
            "warnings": list_warnings(self.notes),
            "notes": [note.to_dict() for note in self.notes],
        }


def list_warnings(notes: Sequence[Note]) -> list[dict[str, str]]:
    """The notes that are more than facts, as plain values for JSON."""
    return [{"kind": n.code, "text": str(n)} for n in notes if n.level != "info"]


def preview(path: Path, choice: ImportChoice = AS_RECOGNISED) -> Preview:
    """What a folder, a zip or a container would become; nothing is stored.

    Raises:
        ArchiveError, DataError: see `medapp.data.importing.adding.inspect`.
    """
    path = expand_path(path)
    return judge_layout(path, inspect(path, choice), choice)


def judge_layout(path: Path, found: Layout, choice: ImportChoice = AS_RECOGNISED) -> Preview:
    """The preview of a path that was inspected.

    Raises:
        DataError: the pattern is no regular expression.
    """
    pattern = compile_pattern(choice.patient_pattern)
    kind = "a folder" if path.is_dir() else name_kind(path.name)
    if found.question:
        return Preview(path, kind, found, None, False, "", "", ())
    looked_at = _read_headers(path, found.files)
    files = [found.files[place] for place in looked_at]
    headers = list(looked_at.values())
    is_sure = len(files) == len(found.files)
    is_said = choice.layout is not None or found.has_patient_column
    patients, whence = choose_patients(files, headers, pattern, is_said, found.patients_from)
    known = {patient for patient in patients if patient is not None}
    if not is_sure:
        whence = f"Of {len(files):,} files that were looked at: {whence}"
    origin = describe_split(
        [file.split for file in found.files],
        bool(known),
        noun=find_task(found.task).noun,
        is_labelled=found.classes != (UNLABELLED,),
    )
    notes = (*_find_gaps(found), *find_alike_classes(found.classes), *note_sequences(found))
    is_doubtful = pattern is None and not is_said and name_one_patient(headers)
    if is_doubtful or (set(patients) == known and len(known) == 1 < len(patients)):
        notes = (*notes, note_one_patient(len(found.files), is_doubtful))
    if not known and pattern is None:
        notes = (*notes, *suggest_pattern([file.name for file in found.files]))
    count = len(known) if known and is_sure else None
    attributes = [{**h.attributes, **f.attributes} for f, h in zip(files, headers, strict=True)]
    windows = find_ct_windows(attributes)
    return Preview(path, kind, found, count, bool(known), whence, origin, notes, windows)


def _find_gaps(found: Layout) -> tuple[Note, ...]:
    notes = []
    if found.classes == (UNLABELLED,):
        notes.append(note_unlabelled(len(found.files)))
    elif len(found.classes) == 1 and found.task == "single-label":
        noun = find_task(found.task).noun
        text = f"There is one {noun}, {found.classes[0]}, so there is nothing to tell apart."
        remedy = "Choose the folder that holds all class folders, if there are more."
        notes.append(Note("one-class", text, "caution", remedy))
    if found.left_out:
        what = "1 file does" if len(found.left_out) == 1 else f"{len(found.left_out):,} files do"
        notes.append(Note("left-out", f"{what} not come in; the list says why."))
    return tuple(notes)


def _read_headers(path: Path, files: Sequence[FoundFile]) -> dict[int, HashedHeader]:
    """What DICOM headers say, by the places of files; of very many, those of some are read.

    Identifiers are told apart here, and neither hashed nor shown. Of a picture nothing is said.
    """
    nothing = HashedHeader()
    if open_container(path) is not None:
        return dict.fromkeys(range(len(files)), nothing)
    maybe = [i for i, f in enumerate(files) if find_suffix(find_file_name(f)) not in _PICTURES]
    step = -(-len(maybe) // MAX_HEADERS) or 1
    passed_over = set(maybe) - set(maybe[::step])
    found = {i: nothing for i in range(len(files)) if i not in passed_over}
    with open_files(path) as read:
        for i in maybe[::step]:
            try:
                header = read_header_alone(read(files[i]))
            except (OSError, ImageError):
                # Registering the file says why it cannot be read.
                continue
            if header is not None:
                found[i] = HashedHeader(header.patient, header.study, dict(header.attributes))
    return found


@dataclass(frozen=True)
class SheetImage:
    """An image of a contact sheet: the file, and its JPEG or the reason why there is none."""

    file: FoundFile
    jpeg: bytes
    reason: str = ""


def load_sheet(shown: Preview, choice: ImportChoice = AS_RECOGNISED) -> list[SheetImage]:
    """A few images of each class, small, spread over its files."""
    container = open_container(shown.path, choice.slices)
    if container is not None:
        return _load_some(container, shown.layout)
    with open_files(shown.path) as read:
        return [_build_image(file, partial(read, file)) for file in choose_sheet(shown.layout)]


def _load_some(container: Container, layout: Layout) -> list[SheetImage]:
    """Of a container's images, as many as can be had in a few seconds."""
    # A container that is opened without an answer or a table may have other files.
    known = {file.name: place for place, file in enumerate(container.layout.files)}
    wanted = {known[f.name]: f for f in choose_sheet(layout) if f.name in known}
    places = sorted(wanted)
    began = time.monotonic()
    images = []
    for place, piece in zip(places, container.read_some(places), strict=False):
        # An empty slice is left out when it comes in, which is no fault to be shown.
        if not isinstance(piece, str):
            images.append(_build_image(wanted[place], partial(bytes, piece.content)))
        if time.monotonic() - began > SHEET_SECONDS:
            break
    return images


def choose_sheet(layout: Layout, most: int = SHEET) -> list[FoundFile]:
    """At most so many files: as many of each class, from its first to its last."""
    by_class: dict[str, list[FoundFile]] = {label: [] for label in layout.classes[:most]}
    for file in layout.files:
        for label in layout.list_labels(file)[:1]:
            if label in by_class:
                by_class[label].append(file)
    each = max(1, most // max(1, len(by_class)))
    return [
        files[place * (len(files) - 1) // max(1, min(each, len(files)) - 1)]
        for files in by_class.values()
        for place in range(min(each, len(files)))
    ]


def _build_image(file: FoundFile, read: Callable[[], bytes]) -> SheetImage:
    try:
        pixels, _ = decode_image(read(), file.path.suffix, frame=file.frame)
    except OSError as error:
        return SheetImage(file, b"", f"it cannot be opened ({error.strerror or error})")
    except ImageError as error:
        return SheetImage(file, b"", str(error))
    jpeg = io.BytesIO()
    Image.fromarray(render_full(pixels, longest_px=SHEET_PX)).save(jpeg, "JPEG", quality=82)
    return SheetImage(file, jpeg.getvalue())
