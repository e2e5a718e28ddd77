"""What a person changed in a data set: images left out, other labels, other splits, notes.

Files are never changed. The samples in the catalog have the state that the edits led to; the edits
are kept as a log, so that each can be seen and undone.
"""

import datetime
import difflib
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medapp.data.catalog import MOST_VALUES, Catalog
from medapp.data.records import renew_classes
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.data.schema import change
from medapp.errors import DataError, Remedy
from medapp.task import find_task

LEAVE_OUT = "leave out"
TAKE_BACK = "take back"
RELABEL = "relabel"
MOVE = "move"
NOTE = "note"
# The column of `samples` that an edit of each kind sets; a note sets none.
_COLUMNS = {
    LEAVE_OUT: "is_left_out",
    TAKE_BACK: "is_left_out",
    RELABEL: "label",
    MOVE: "split",
    NOTE: None,
}
KINDS = tuple(_COLUMNS)
MAX_TEXT = 2_000  # characters of a reason or a note
_FIELDS = "e.id, e.sample_id, s.name, e.kind, e.before, e.after, e.reason, e.made, e.is_undone"


@dataclass(frozen=True)
class Change:
    """What is to be done to one image.

    Attributes:
        sample_id: the sample's row in the catalog.
        kind: one of `KINDS`.
        value: the new label or split, or the text of a note; not used by the other kinds.
    """

    sample_id: int
    kind: str
    value: str = ""


@dataclass(frozen=True)
class Edit:
    """One line of the log.

    Attributes:
        name: of the image.
        before, after: the label, the split, or "1" and "0" for left out and not; of a note, the
            text stands in `after`.
        made: when, ISO 8601 in UTC.
    """

    id: int
    sample_id: int
    name: str
    kind: str
    before: str
    after: str
    reason: str
    made: str
    is_undone: bool

    def __post_init__(self) -> None:
        # SQLite has no truth values.
        object.__setattr__(self, "is_undone", bool(self.is_undone))

    def describe(self) -> str:
        """What was changed, in a few words."""
        if self.kind in (RELABEL, MOVE):
            return f"{self.kind}: {self.before or 'none'} → {self.after or 'none'}"
        return f"{self.kind}: {self.after}" if self.kind == NOTE else self.kind


def apply_edits(
    catalog: Catalog, data_set: DataSet, changes: Sequence[Change], reason: str = ""
) -> DataSet:
    """Do all changes, or none of them; those that would change nothing write no line.

    Args:
        reason: why, for the log.

    Returns:
        The data set; its classes are those of the images in use.

    Raises:
        DataError: an unknown kind, split or image, an empty label, or a text that is too long.
    """
    made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for wanted in changes:
        _check(wanted, reason)
    with change(catalog.path) as db:
        for wanted in changes:
            _apply(db, data_set, wanted, reason.strip(), made)
        renew_classes(db, data_set)
    return catalog.find_data_set(data_set.uid)


def list_copies_left(
    catalog: Catalog, data_set: DataSet, changes: Sequence[Change]
) -> list[tuple[Sample, Change]]:
    """The copies of edited images that are as they were, each with the change that it lacks.

    Copies are images of the same picture, see `medapp.data.copies.rule`; those that are left out do
    not count.

    Args:
        changes: that were made; those count that leave images out, relabel or move them, and were
            not changed again since.
    """
    wanted = {c.sample_id: c for c in changes}
    edited = catalog.load_some(data_set, list(wanted))
    standing = [sample for sample in edited if _is_done(sample, wanted[sample.id])]
    by_group = {group: wanted[s.id] for s in standing for group in _name_groups(s)}
    found = []
    for sample in _load_copies(catalog, data_set, list(by_group)):
        group = next(group for group in _name_groups(sample) if group in by_group)
        lacking = replace(by_group[group], sample_id=sample.id)
        if sample.id not in wanted and not _is_done(sample, lacking):
            found.append((sample, lacking))
    return found


def _is_done(sample: Sample, wanted: Change) -> bool:
    """Whether an image is as a change makes it."""
    if wanted.kind == LEAVE_OUT:
        return sample.is_left_out
    now = {RELABEL: sample.label, MOVE: sample.split}
    return wanted.kind in now and now[wanted.kind] == wanted.value.strip()


def _name_groups(sample: Sample) -> tuple[str, ...]:
    """What is equal for copies: the picture, as far as anybody has looked, and the bytes."""
    return tuple(filter(None, (sample.copy_group, sample.content_hash)))


def _load_copies(catalog: Catalog, data_set: DataSet, groups: Sequence[str]) -> list[Sample]:
    """The images in use of some groups of copies."""
    ids: list[int] = []
    for start in range(0, len(groups), MOST_VALUES // 2):
        some = groups[start : start + MOST_VALUES // 2]
        marks = ",".join("?" * len(some))
        is_copy = f"(copy_group IN ({marks}) OR content_hash IN ({marks}))"
        query = f"SELECT id FROM used WHERE data_set_id = ? AND {is_copy}"
        ids += [id for (id,) in catalog.read(query, data_set.id, *some, *some)]
    return catalog.load_some(data_set, sorted(set(ids)))


def check_label(data_set: DataSet, label: str) -> None:
    """Refuse a label with a class, finding or grade that the data set has not, as one misspelt.

    Raises:
        DataError: names the classes that there are.
    """
    known = data_set.classes
    task = find_task(data_set.task)
    noun = task.noun
    unknown = [part for part in task.list_labels(label) if part not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise DataError(
            f"{data_set.name} has no {noun} {unknown[0]!r}; it has {', '.join(known)}.",
            remedy=Remedy(
                f"{hint}Say that it is a new {noun} where it is one.",
                f"{hint}Say that it is a new {noun} where it is one (--new-class).",
            ),
        )


def undo_edit(catalog: Catalog, data_set: DataSet, edit_id: int) -> DataSet:
    """Take one edit back; see `undo_edits`."""
    return undo_edits(catalog, data_set, [edit_id])


def undo_edits(catalog: Catalog, data_set: DataSet, edit_ids: Collection[int]) -> DataSet:
    """Take edits back, all of them or none; their lines stay in the log, marked as undone.

    Returns:
        The data set; its classes are those of the images in use.

    Raises:
        DataError: one is not in the log, is undone already, or a later edit of the same image has
            changed the same thing.
    """
    known = {edit.id: edit for edit in list_edits(catalog, data_set)}
    with change(catalog.path) as db:
        # The later one of two edits of an image goes first.
        for edit_id in sorted(edit_ids, reverse=True):
            edit = known.get(edit_id)
            if edit is None or edit.is_undone:
                what = "is undone already" if edit else "is not in the log"
                raise DataError(
                    f"Edit {edit_id} of {data_set.name} {what}.", remedy="Look at the log."
                )
            _undo(db, edit)
        renew_classes(db, data_set)
    return catalog.find_data_set(data_set.uid)


def list_last(catalog: Catalog, data_set: DataSet) -> list[Edit]:
    """The edits that were made together last, and are not undone; newest first."""
    standing = [edit for edit in list_edits(catalog, data_set) if not edit.is_undone]
    return [e for e in standing if (e.made, e.reason) == (standing[0].made, standing[0].reason)]


def list_edits(catalog: Catalog, data_set: DataSet, sample_id: int | None = None) -> list[Edit]:
    """The log, newest first; of one image where `sample_id` is given."""
    where = "e.data_set_id = ?" + (" AND e.sample_id = ?" if sample_id is not None else "")
    values = [data_set.id] + ([sample_id] if sample_id is not None else [])
    query = (
        f"SELECT {_FIELDS} FROM edits e JOIN samples s ON s.id = e.sample_id WHERE {where}"
        " ORDER BY e.id DESC"
    )
    return [Edit(*row) for row in catalog.read(query, *values)]


def _check(wanted: Change, reason: str) -> None:
    if wanted.kind not in _COLUMNS:
        raise DataError(
            f"{wanted.kind!r} is no kind of edit.", remedy=f"Choose of {', '.join(KINDS)}."
        )
    if wanted.kind == MOVE and wanted.value not in SPLITS:
        raise DataError(f"{wanted.value!r} is no split.", remedy=f"Choose of {', '.join(SPLITS)}.")
    if wanted.kind == NOTE and not wanted.value.strip():
        raise DataError("The note is empty.", remedy="Write what should be kept.")
    if max(len(wanted.value), len(reason)) > MAX_TEXT:
        raise DataError(f"The text has more than {MAX_TEXT:,} characters.", remedy="Shorten it.")


def _apply(
    db: sqlite3.Connection, data_set: DataSet, wanted: Change, reason: str, made: str
) -> None:
    column = _COLUMNS[wanted.kind]
    query = f"SELECT {column or repr('')} FROM samples WHERE data_set_id = ? AND id = ?"
    found = db.execute(query, (data_set.id, wanted.sample_id)).fetchone()
    if found is None:
        raise DataError(
            f"{data_set.name} has no image number {wanted.sample_id}.", remedy="Open it again."
        )
    after: Any = wanted.value.strip()
    if column == "is_left_out":
        after = int(wanted.kind == LEAVE_OUT)
    if wanted.kind == RELABEL and not after and not find_task(data_set.task).has_several:
        raise DataError("The label is empty.", remedy="Say what the images show.")
    if column is not None:
        if found[0] == after:
            return
        db.execute(f"UPDATE samples SET {column} = ? WHERE id = ?", (after, wanted.sample_id))
    values = (data_set.id, wanted.sample_id, wanted.kind, str(found[0]), str(after), reason, made)
    columns = "data_set_id, sample_id, kind, before, after, reason, made"
    db.execute(f"INSERT INTO edits ({columns}) VALUES (?,?,?,?,?,?,?)", values)


def _undo(db: sqlite3.Connection, edit: Edit) -> None:
    column = _COLUMNS[edit.kind]
    if column is not None:
        where = f"id = ? AND CAST({column} AS TEXT) = ?"
        query = f"UPDATE samples SET {column} = ? WHERE {where}"
        if not db.execute(query, (edit.before, edit.sample_id, edit.after)).rowcount:
            raise DataError(
                f"{edit.name} was changed again after edit {edit.id}.",
                remedy="Undo the later edit first.",
            )
    db.execute("UPDATE edits SET is_undone = 1 WHERE id = ?", (edit.id,))
