"""A folder registered in place, looked at again: what is new, changed, gone, or back.

A file counts as changed where its size or time differs, and it is then read again to be sure.
Nothing is forgotten: the image of a file that is gone is left out, which the log says, and comes
back with its file.
"""

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medapp.data.catalog import Catalog
from medapp.data.containers.slices import SliceChoice
from medapp.data.copies.within import group_copies
from medapp.data.edits import LEAVE_OUT, TAKE_BACK, Change, apply_edits, list_edits
from medapp.data.familiarity import forget_distances
from medapp.data.importing.batch import Batch, read_samples
from medapp.data.importing.frames import take_frames
from medapp.data.importing.patients import compile_pattern
from medapp.data.importing.remembering import forget
from medapp.data.layouts.boxes import BOXES_FILE, read_boxes
from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.roles import load_choice
from medapp.data.records import insert_samples, renew_classes
from medapp.data.samples import NO_SPLIT, DataSet, Sample
from medapp.data.schema import change
from medapp.errors import DataError, Remedy
from medapp.notes import Note
from medapp.store.plain import quote_word
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace

GONE = "the file is gone"
BACK = "the file is back"
KEPT_SECONDS = 30


@dataclass(frozen=True)
class Changes:
    """Images by what became of their files, each as its name.

    Attributes:
        new: files that are not in the data set.
        changed: another content than was registered.
        gone: no file any more; left out.
        back: left out because the file was gone, and there again.
        left_out: (file, reason) for each file that is not used.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.new or self.changed or self.gone or self.back)

    def describe(self) -> tuple[str, ...]:
        """A sentence for each kind of change."""
        words = {
            "new": "new, to be learned from",
            "changed": "changed since they came in",
            "gone": "gone, and left out",
            "back": "back, and used again",
        }
        return tuple(
            f"{len(names):,} {'image' if len(names) == 1 else 'images'} {text}: "
            f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}."
            for kind, text in words.items()
            if (names := getattr(self, kind))
        )


def find_stale(samples: Sequence[Sample]) -> list[Sample]:
    """The samples whose file is gone, or has another size or time than when it was read."""
    return [sample for sample in samples if _is_stale(sample)]


def note_stale(catalog: Catalog, data_set: DataSet) -> tuple[Note, ...]:
    """A note on files that are gone or were changed since they came in, where there are any.

    What was found is kept for half a minute, as a form asks at each of its changes.
    """
    moment = int(time.monotonic() // KEPT_SECONDS)
    return _note_stale(catalog.workspace, data_set, catalog.read_marks(), moment)


@functools.lru_cache(100)
def _note_stale(
    workspace: Workspace, data_set: DataSet, marks: tuple[int, ...], moment: int
) -> tuple[Note, ...]:
    stale = find_stale(Catalog(workspace).load_samples(data_set))
    if not stale:
        return ()
    names = ", ".join(sample.name for sample in stale[:3])
    files = "The file of 1 image" if len(stale) == 1 else f"The files of {len(stale):,} images"
    text = f"{files} changed, or went away, since they came in ({names})."
    remedy = Remedy(
        "Update the data set first, on its page.",
        f"Update the data set first: medapp data update {quote_word(data_set.name)}",
    )
    return (Note("stale", text, "caution", remedy),)


def update(catalog: Catalog, data_set: DataSet, on_progress: OnProgress | None = None) -> Changes:
    """Take in what has changed in a data set's folder; only new and changed files are read.

    A new image joins the split of its patient or of its copies where these are known, else the one
    that its folder names, else training: the test split grows by no choice of MedApp's.

    Raises:
        DataError: the data set is not registered in place, or its folder cannot be read as before.
    """
    if data_set.origin != "registered":
        raise DataError(
            f"{data_set.name} is no folder of yours: its images came in as they are.",
            remedy="Add the new images as another data set, and join the two.",
        )
    layout = _scan(data_set)
    known = {s.name: s for s in catalog.load_samples(data_set, with_left_out=True)}
    names = {file.name for file in layout.files}
    gone = [s for s in known.values() if s.name not in names and not s.is_left_out]
    back = [s for s in _list_gone(catalog, data_set, known) if s.name in names]
    doubtful = [f for f in layout.files if f.name not in known or _is_stale(known[f.name])]
    read = read_samples(catalog.workspace, _build_batch(data_set, layout, doubtful), on_progress)
    new = [sample for sample in read.samples if sample.name not in known]
    again = [_renew(known[s.name], s) for s in read.samples if s.name in known]
    _store(catalog, data_set, again, _place(new, list(known.values())), read.left_out)
    _edit(catalog, data_set, gone, LEAVE_OUT, GONE)
    _edit(catalog, data_set, back, TAKE_BACK, BACK)
    forget(catalog.workspace, data_set.root)
    now = {s.content_hash for s in catalog.load_samples(data_set, with_left_out=True)}
    outdated = {s.content_hash for s in known.values()} - now
    forget_distances(catalog.workspace, data_set.uid, outdated)
    return Changes(
        new=tuple(sample.name for sample in new),
        changed=tuple(s.name for s in again if s.content_hash != known[s.name].content_hash),
        gone=tuple(sample.name for sample in gone),
        back=tuple(sample.name for sample in back),
        left_out=tuple(read.left_out),
    )


def _scan(data_set: DataSet) -> Layout:
    """The folder as it was read when it came in."""
    kept = data_set.reading.get("table")
    table = load_choice(kept) if kept else None
    layout = scan_folder(data_set.root, data_set.reading.get("layout") or None, table)
    layout.require_files()
    if layout.root != data_set.root:
        raise DataError(
            f"The folders of {data_set.name} stand in {layout.root.name} now.",
            remedy="Put them back, or add the folder as another data set.",
        )
    frames = data_set.reading.get("frames")
    if not frames:
        return layout
    files, without = take_frames(layout.files, SliceChoice(slices=frames))
    return replace(layout, files=tuple(files), left_out=(*layout.left_out, *without))


def _build_batch(data_set: DataSet, layout: Layout, files: Sequence[FoundFile]) -> Batch:
    boxes, faults = read_boxes(data_set.root / BOXES_FILE, [file.name for file in layout.files])
    is_said = bool(data_set.reading.get("is_asked")) or layout.has_patient_column
    return Batch(
        data_set.root,
        data_set.origin,
        files,
        {**layout.boxes, **boxes},
        [*layout.left_out, *faults],
        compile_pattern(data_set.patient_pattern),
        has_patient_folders=is_said,
        patients_from=layout.patients_from,
    )


def _is_stale(sample: Sample) -> bool:
    try:
        facts = sample.path.stat()
    except OSError:
        return True
    # Samples from before this was kept are believed: reading them all again takes an import.
    known = (sample.file_bytes, sample.modified_ns)
    return known != (None, None) and known != (facts.st_size, facts.st_mtime_ns)


def _list_gone(catalog: Catalog, data_set: DataSet, known: Mapping[str, Sample]) -> list[Sample]:
    """The images that are left out since their file was gone, and for no later reason."""
    latest: dict[int, str] = {}
    for edit in list_edits(catalog, data_set):
        if edit.kind in (LEAVE_OUT, TAKE_BACK) and not edit.is_undone:
            latest.setdefault(edit.sample_id, edit.reason)
    return [s for s in known.values() if s.is_left_out and latest.get(s.id) == GONE]


def _renew(old: Sample, read: Sample) -> Sample:
    """A sample with what its file holds now; its label, split and patient stay as they are."""
    return replace(
        old,
        content_hash=read.content_hash,
        width=read.width,
        height=read.height,
        mode=read.mode,
        fingerprint=read.fingerprint,
        file_bytes=read.file_bytes,
        modified_ns=read.modified_ns,
    )


def _place(new: Sequence[Sample], known: Sequence[Sample]) -> list[Sample]:
    """New samples, each in a split: that of its patient or copies, its folder's, or training.

    Where no known one is in a split, as none has a label, the new ones are in none either.
    """
    everything = [*known, *new]
    hashes = [sample.content_hash for sample in everything]
    groups = group_copies(hashes, [sample.fingerprint for sample in everything])
    by_group: dict[str, str] = {}
    for sample, group in zip(known, groups, strict=False):
        by_group.setdefault(group, sample.split)
    is_split = any(sample.split for sample in known)
    other = "train" if is_split else NO_SPLIT
    by_patient = {s.patient: s.split for s in known if s.patient is not None}
    return [
        replace(
            sample,
            split=sample.split
            or by_patient.get(sample.patient or "")
            or by_group.get(group)
            or other,
        )
        for sample, group in zip(new, groups[len(known) :], strict=True)
    ]


def _store(
    catalog: Catalog,
    data_set: DataSet,
    again: Sequence[Sample],
    new: Sequence[Sample],
    left_out: Sequence[tuple[str, str]],
) -> None:
    """Write what was read, and find the copies among all samples."""
    columns = ("content_hash", "width", "height", "mode", "fingerprint", "file_bytes")
    names = (*columns, "modified_ns", "id")
    marks = ", ".join(f"{name} = ?" for name in names[:-1])
    with change(catalog.path) as db:
        rows = [tuple(getattr(sample, name) for name in names) for sample in again]
        db.executemany(f"UPDATE samples SET {marks} WHERE id = ?", rows)
        insert_samples(db, data_set, new, catalog.workspace.root)
        db.execute("DELETE FROM unreadable WHERE data_set_id = ?", (data_set.id,))
        entries = ((data_set.id, *entry) for entry in left_out)
        db.executemany("INSERT INTO unreadable VALUES (?,?,?)", entries)
        renew_classes(db, data_set)
    samples = catalog.load_samples(data_set, with_left_out=True)
    hashes = [sample.content_hash for sample in samples]
    groups = group_copies(hashes, [sample.fingerprint for sample in samples])
    pairs = zip(samples, groups, strict=True)
    catalog.set_copies([replace(sample, copy_group=group) for sample, group in pairs])


def _edit(
    catalog: Catalog, data_set: DataSet, samples: Sequence[Sample], kind: str, reason: str
) -> None:
    apply_edits(catalog, data_set, [Change(sample.id, kind) for sample in samples], reason)
