"""The table of data sets and their samples: one SQLite file in the workspace.

The schema stands in `schema`, the way from values to rows and back in `records`; the other SQL is
here. Each call has a connection of its own, with a write-ahead log, foreign keys and a busy
timeout, so that pages, threads and processes can use the catalog at once.
"""

import contextlib
import difflib
import json
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from medapp.data.classes import arrange_classes
from medapp.data.filters import Where, build_filter
from medapp.data.layouts.order import Entry
from medapp.data.preprocessing import KEY, write_preprocess
from medapp.data.records import (
    DATA_SET_COLUMNS,
    SAMPLE_COLUMNS,
    build_data_set,
    build_samples,
    insert_data_set,
    insert_samples,
)
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.data.schema import change, connect, find_remedy, migrate
from medapp.errors import DataError, WorkspaceError
from medapp.imaging.preprocess import Preprocess
from medapp.store.workspace import Workspace
from medapp.task import find_task

Shared = Literal["copy_group", "content_hash", "patient"]
MOST_VALUES = 30_000  # that one query is given; SQLite takes 32,766


class Catalog:
    """The data sets of a workspace. Cheap to make; may be shared by threads.

    Raises:
        WorkspaceError: the catalog is damaged, from a newer MedApp, or cannot be read or written;
            says what to do.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.path = workspace.catalog_path
        migrate(self.path)

    def read_marks(self) -> tuple[int, ...]:
        """Numbers that differ after anything in the catalog has changed."""
        marks: list[int] = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            # Without readers and writers there is no write-ahead log.
            with contextlib.suppress(FileNotFoundError):
                facts = path.stat()
                marks += [facts.st_mtime_ns, facts.st_size]
        return tuple(marks)

    def list_data_sets(self) -> list[DataSet]:
        """All data sets, by name."""
        rows = self.read(
            f"SELECT id, {DATA_SET_COLUMNS} FROM data_sets ORDER BY name COLLATE NOCASE, name"
        )
        return [self._build_data_set(*row) for row in rows]

    def find_data_set(self, name_or_id: str | int) -> DataSet:
        """The data set of this name, else of this uid or id, else the one that had this name once.

        Raises:
            DataError: there is none; names the nearest.
        """
        known = self.list_data_sets()
        wanted = str(name_or_id)
        for fact in (lambda d: d.name, lambda d: d.uid, lambda d: str(d.id)):
            found = next((d for d in known if fact(d) == wanted), None)
            if found is not None:
                return found
        former = self.read("SELECT data_set_id FROM former_names WHERE name = ?", wanted)
        if former:
            return next(d for d in known if d.id == former[0][0])
        names = [d.name for d in known]
        near = difflib.get_close_matches(wanted, names, 1)
        hint = "There is none yet: add a folder of images first."
        if near:
            hint = f"Did you mean {near[0]}?"
        elif names:
            hint = f"Known: {', '.join(names)}."
        raise DataError(f"There is no data set {name_or_id!r}.", remedy=hint)

    def find_chosen(self, uid: str, name: str) -> DataSet:
        """The data set that a run names: by its uid, or by its name where none has that uid.

        Recipes from before there were uids, and runs from another workspace, are found by name.

        Raises:
            DataError: there is none.
        """
        known = self.list_data_sets()
        found = next((d for d in known if uid and d.uid == uid), None)
        if found is not None:
            return found
        try:
            return self.find_data_set(name)
        except DataError as error:
            if not uid:
                raise
            raise DataError(
                f"The data set {name!r} was removed from this workspace, or is of another one.",
                remedy=f"Add its images again under the name {name}.",
            ) from error

    def list_names(self, data_set: DataSet) -> set[str]:
        """The data set's name, and those that it had."""
        query = "SELECT name FROM former_names WHERE data_set_id = ?"
        return {data_set.name} | {name for (name,) in self.read(query, data_set.id)}

    def load_samples(
        self,
        data_set: DataSet,
        split: str | None = None,
        label: str | None = None,
        text: str | None = None,
        offset: int = 0,
        limit: int | None = None,
        with_left_out: bool = False,
    ) -> list[Sample]:
        """Samples with their boxes, in the order in which they came.

        Args:
            text: sought in name, patient and site, whatever the case.
            with_left_out: those too that a person has left out.
        """
        table = "samples" if with_left_out else "used"
        where, values = build_filter(data_set, split, label, text)
        query = f"SELECT {SAMPLE_COLUMNS} FROM {table} WHERE {where} ORDER BY id LIMIT ? OFFSET ?"
        rows = self.read(query, *values, -1 if limit is None else limit, offset)
        return self._load_with_boxes(data_set, rows)

    def list_entries(
        self, data_set: DataSet, text: str | None = None, only: Where | None = None
    ) -> list[Entry]:
        """What there is to sort and count of all samples, or of some.

        Args:
            text: as for `load_samples`.
            only: a value that they have in a column; see `Where` for those that are left out.
        """
        where, values = build_filter(data_set, None, None, text)
        table, condition, more = only.write_condition() if only else ("used", "1", [])
        query = (
            f"SELECT id, name, label, split, COALESCE(patient, '') FROM {table}"
            f" WHERE {where} AND {condition} ORDER BY id"
        )
        return [Entry(*row) for row in self.read(query, *values, *more)]

    def list_ids(self, data_set: DataSet, only: Where) -> set[int]:
        """The ids of the samples that have a value in a column."""
        table, condition, values = only.write_condition()
        query = f"SELECT id FROM {table} WHERE data_set_id = ? AND {condition}"
        return {id for (id,) in self.read(query, data_set.id, *values)}

    def load_some(self, data_set: DataSet, ids: Sequence[int]) -> list[Sample]:
        """The samples of these ids, in their order, without boxes; unknown ids are skipped."""
        rows: list[Any] = []
        for start in range(0, len(ids), MOST_VALUES):
            some = ids[start : start + MOST_VALUES]
            marks = ",".join("?" * len(some))
            wanted = f"data_set_id = ? AND id IN ({marks})"
            rows += self.read(
                f"SELECT {SAMPLE_COLUMNS} FROM samples WHERE {wanted}", data_set.id, *some
            )
        found = build_samples(rows, [], data_set.root, self.workspace.root)
        by_id = {sample.id: sample for sample in found}
        return [by_id[id] for id in ids if id in by_id]

    def load_sample(self, data_set: DataSet, id: int) -> Sample | None:
        """One sample of a data set, one that is left out too, or None."""
        rows = self.read(
            f"SELECT {SAMPLE_COLUMNS} FROM samples WHERE data_set_id = ? AND id = ?",
            data_set.id,
            id,
        )
        return next(iter(self._load_with_boxes(data_set, rows)), None)

    def count_samples(
        self,
        data_set: DataSet,
        split: str | None = None,
        label: str | None = None,
        text: str | None = None,
    ) -> int:
        """How many samples `load_samples` would give without a limit."""
        where, values = build_filter(data_set, split, label, text)
        return self.count(f"FROM used WHERE {where}", *values)

    def count_splits(self, data_set: DataSet) -> dict[str, int]:
        """Images by split; every split has a number, which may be 0, and `NO_SPLIT` only where
        images are in none.
        """
        query = "SELECT split, COUNT(*) FROM used WHERE data_set_id = ? GROUP BY split"
        return {**dict.fromkeys(SPLITS, 0), **dict(self.read(query, data_set.id))}

    def count_classes(self, data_set: DataSet) -> dict[str, dict[str, int]]:
        """Images by split and class; every split and every class has a number, which may be 0.

        An image with several findings counts for each of them, one without for none.
        """
        task = find_task(data_set.task)
        counts = {split: dict.fromkeys(data_set.classes, 0) for split in SPLITS}
        query = (
            "SELECT split, label, COUNT(*) FROM used WHERE data_set_id = ? GROUP BY split, label"
        )
        for split, label, count in self.read(query, data_set.id):
            by_class = counts.setdefault(split, {})
            for name in task.list_labels(label):
                by_class[name] = by_class.get(name, 0) + count
        return counts

    def list_unreadable(self, data_set: DataSet) -> list[tuple[str, str]]:
        """Files that were left out, each with the reason."""
        rows = self.read(
            "SELECT file, reason FROM unreadable WHERE data_set_id = ? ORDER BY rowid", data_set.id
        )
        return [(file, reason) for file, reason in rows]

    def list_contents(self, data_set: DataSet, split: str, limit: int) -> list[str]:
        """The least content hashes of a split's images, each once."""
        query = (
            "SELECT DISTINCT content_hash FROM used WHERE data_set_id = ? AND split = ?"
            " ORDER BY content_hash LIMIT ?"
        )
        return [content for (content,) in self.read(query, data_set.id, split, limit)]

    def count_leaks(self, data_set: DataSet, by: Shared = "copy_group") -> int:
        """Test images of which a copy stands in training or validation.

        Args:
            by: the column that counts: "copy_group", "content_hash" for the same bytes, or
                "patient" for other images of the same patient.
        """
        return self.count(
            "FROM used WHERE data_set_id = ? AND split = 'test' AND"
            f" {by} IN (SELECT {by} FROM used WHERE data_set_id = ? AND split != 'test' AND"
            f" {by} IS NOT NULL)",
            data_set.id,
            data_set.id,
        )

    def set_copies(self, samples: Sequence[Sample]) -> None:
        """Store the fingerprints and the groups of copies of samples."""
        rows = [(s.fingerprint, s.copy_group, s.id) for s in samples]
        with change(self.path) as db:
            db.executemany("UPDATE samples SET fingerprint = ?, copy_group = ? WHERE id = ?", rows)

    def set_split(
        self,
        data_set: DataSet,
        samples: Sequence[Sample],
        split_origin: str,
        is_first: bool = False,
    ) -> DataSet:
        """Store another split of all samples of a data set.

        Args:
            is_first: there was none before; else that the split was drawn again is counted.
        """
        with change(self.path) as db:
            rows = [(sample.split, sample.id) for sample in samples]
            db.executemany("UPDATE samples SET split = ? WHERE id = ?", rows)
            values = (split_origin, int(not is_first), data_set.id)
            db.execute(
                "UPDATE data_sets SET split_origin = ?, draws = draws + ? WHERE id = ?", values
            )
        return self.find_data_set(data_set.uid)

    def add(
        self,
        data_set: DataSet,
        samples: Sequence[Sample],
        unreadable: Sequence[tuple[str, str]] = (),
    ) -> DataSet:
        """Store a new data set with its samples, their boxes and the files that were left out.

        The ids of the data set and the samples are ignored: the catalog gives them new ones.

        Args:
            unreadable: (file, reason) for each file that was left out.

        Returns:
            The data set with its id.

        Raises:
            DataError: the name is taken.
        """
        named = replace(data_set, uid=data_set.uid or uuid.uuid4().hex)
        with change(self.path) as db:
            _refuse_taken(db, named.name)
            new = insert_data_set(db, named, self.workspace.root)
            insert_samples(db, replace(named, id=new), samples, self.workspace.root)
            left_out = ((new, *entry) for entry in unreadable)
            db.executemany("INSERT INTO unreadable VALUES (?,?,?)", left_out)
        return replace(named, id=new)

    def rename(self, data_set: DataSet, name: str) -> DataSet:
        """Give a data set another name. Runs find it by its uid, and older ones by the name it had.

        Raises:
            DataError: the name is empty, too long or taken.
        """
        name = check_name(name)
        with change(self.path) as db:
            if name != data_set.name:
                _refuse_taken(db, name)
            db.execute("UPDATE data_sets SET name = ? WHERE id = ?", (name, data_set.id))
            former = (data_set.name, data_set.id)
            db.execute("INSERT OR REPLACE INTO former_names VALUES (?, ?)", former)
        return replace(data_set, name=name)

    def set_task(self, data_set: DataSet, name: str, order: Sequence[str] | None = None) -> DataSet:
        """Say what is to be said of each image; the classes are then those that its labels name.

        Args:
            order: all classes, such as grades from the lowest; by their names where none is given.

        Raises:
            DataError: there is no such task, the labels do not fit it, the order does not name the
                classes, or it has to be given.
        """
        rows = self.read("SELECT DISTINCT label FROM used WHERE data_set_id = ?", data_set.id)
        classes = arrange_classes(data_set, find_task(name), [label for (label,) in rows], order)
        with change(self.path) as db:
            values = (name, json.dumps(classes, ensure_ascii=False), data_set.id)
            columns = "task = ?, classes = ?, reading = json_remove(reading, '$.grades')"
            db.execute(f"UPDATE data_sets SET {columns} WHERE id = ?", values)
        return replace(data_set, task=name, classes=classes)

    def set_preprocess(self, data_set: DataSet, preprocess: Preprocess) -> DataSet:
        """Keep the settings from file to square that trainings on a data set begin with."""
        kept = write_preprocess(preprocess)
        with change(self.path) as db:
            values = (f"$.{KEY}", json.dumps(kept), data_set.id)
            query = "UPDATE data_sets SET reading = json_set(reading, ?, json(?)) WHERE id = ?"
            db.execute(query, values)
        return replace(data_set, reading={**data_set.reading, KEY: kept})

    def forget(self, data_set: DataSet) -> None:
        """Delete the rows of a data set; see `medapp.data.removing` for all that goes with it."""
        with change(self.path) as db:
            db.execute("DELETE FROM data_sets WHERE id = ?", (data_set.id,))

    def read(self, query: str, *values: Any) -> list[Any]:
        """The rows that a query of this package gives."""
        with connect(self.path) as db:
            return db.execute(query, values).fetchall()

    def count(self, what: str, *values: Any) -> int:
        """How many rows a query gives; `what` begins with FROM."""
        return int(self.read(f"SELECT COUNT(*) {what}", *values)[0][0])

    def _build_data_set(self, id: int, *row: Any) -> DataSet:
        try:
            return build_data_set(id, row, self.workspace.root)
        except (ValueError, TypeError) as error:
            raise WorkspaceError(
                f"{self.path} is damaged: the data set {row[0]!r} cannot be read.",
                remedy=find_remedy(self.path),
            ) from error

    def _load_with_boxes(self, data_set: DataSet, rows: Sequence[Any]) -> list[Sample]:
        """The samples of rows that are sorted by id, each with its boxes."""
        if not rows:
            return []
        query = (
            "SELECT sample_id, label, x0, y0, x1, y1 FROM boxes WHERE sample_id BETWEEN ? AND ?"
            " ORDER BY rowid"
        )
        boxes = self.read(query, rows[0][0], rows[-1][0])
        return build_samples(rows, boxes, data_set.root, self.workspace.root)


def check_name(name: str) -> str:
    """A data set's name without the spaces around it.

    Raises:
        DataError: empty, over 100 characters, or with characters that cannot be printed.
    """
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise DataError(
            f"{name[:100]!r} cannot be a data set's name.",
            remedy="Take 1 to 100 printable characters.",
        )
    return name


def _refuse_taken(db: sqlite3.Connection, name: str) -> None:
    if db.execute("SELECT 1 FROM data_sets WHERE name = ?", (name,)).fetchone():
        raise DataError(
            f"There is a data set {name!r} already.",
            remedy="Choose another name, or remove that one first.",
        )
