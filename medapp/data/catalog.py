"""The table of data sets and their samples: one SQLite file in the workspace, and all the SQL there is.

A connection a call, write-ahead log, foreign keys, a busy timeout: pages, threads and training processes read and write at once. The
schema's version is in `user_version`; a migration is a small function, applied in one transaction after a backup.
"""

import contextlib
import difflib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from medapp.data.samples import SPLITS, Box, DataSet, Sample
from medapp.errors import DataError, WorkspaceError
from medapp.workspace import Workspace

BUSY_SECONDS = 30.0


def _create_tables(db: sqlite3.Connection) -> None:
    db.execute("""CREATE TABLE data_sets (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, root TEXT NOT NULL, origin TEXT NOT NULL, classes TEXT NOT NULL,
        patient_pattern TEXT, has_patients INTEGER NOT NULL, split_origin TEXT NOT NULL, is_synthetic INTEGER NOT NULL, created TEXT NOT NULL)""")
    db.execute("""CREATE TABLE samples (
        id INTEGER PRIMARY KEY AUTOINCREMENT, data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE, name TEXT NOT NULL,
        label TEXT NOT NULL, patient TEXT, site TEXT, split TEXT NOT NULL, content_hash TEXT NOT NULL, width INTEGER NOT NULL,
        height INTEGER NOT NULL, mode TEXT NOT NULL, UNIQUE (data_set_id, name))""")
    db.execute("CREATE INDEX samples_by_class ON samples (data_set_id, split, label)")
    db.execute("CREATE INDEX samples_by_content ON samples (data_set_id, content_hash)")
    db.execute("""CREATE TABLE boxes (
        sample_id INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE, label TEXT NOT NULL,
        x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL)""")
    db.execute("CREATE INDEX boxes_by_sample ON boxes (sample_id)")
    db.execute("""CREATE TABLE unreadable (
        data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE, file TEXT NOT NULL, reason TEXT NOT NULL)""")
    db.execute("CREATE INDEX unreadable_by_data_set ON unreadable (data_set_id)")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_create_tables,)  # the n-th leads to version n; never change one, add one

_SAMPLE = "samples.id, samples.name, samples.label, patient, site, split, content_hash, width, height, mode"
_DATA_SET = "id, name, root, origin, classes, patient_pattern, has_patients, split_origin, is_synthetic, created"


@dataclass(frozen=True)
class Facts:
    """Counts of images in a data set, for what a person should know of it.

    Attributes:
        without_patient: images whose patient is not known.
        patients: distinct ones.
        patients_on_two_sides: patients with images in more than one split.
        with_box: images with at least one box.
        copies: images whose bytes also stand in an earlier image.
        contradictions: images whose bytes stand under more than one class.
        leaks: test images whose bytes also stand in training or validation.
    """

    images: int
    without_patient: int
    patients: int
    patients_on_two_sides: int
    sites: int
    with_box: int
    copies: int
    contradictions: int
    leaks: int


class Catalog:
    """The data sets of a workspace. Cheap to make; may be shared by threads.

    Raises:
        WorkspaceError: the catalog is damaged, from a newer MedApp, or cannot be read or written; says what to do.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.path = workspace, workspace.catalog_path
        self.backup_path = self.path.with_suffix(".backup.sqlite")
        with self._connect() as db:
            version = _find_version(db)
        if version != len(MIGRATIONS):
            self._migrate()

    def list_data_sets(self) -> list[DataSet]:
        """All data sets, by name."""
        with self._connect() as db:
            rows = db.execute(f"SELECT {_DATA_SET} FROM data_sets ORDER BY name COLLATE NOCASE, name").fetchall()
        return [self._build_data_set(row) for row in rows]

    def find_data_set(self, name_or_id: str | int) -> DataSet:
        """The data set of this name, else of this id.

        Raises:
            DataError: there is none; names the nearest.
        """
        known = self.list_data_sets()
        for found in known:
            if found.name == name_or_id:
                return found
        for found in known:
            if str(found.id) == str(name_or_id):
                return found
        names = [found.name for found in known]
        near = difflib.get_close_matches(str(name_or_id), names, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}." if names else "There is none yet: add a folder of images first."
        raise DataError(f"There is no data set {name_or_id!r}. {hint}")

    def load_samples(
        self, data_set: DataSet, split: str | None = None, label: str | None = None, text: str | None = None,
        offset: int = 0, limit: int | None = None,
    ) -> list[Sample]:  # fmt: skip
        """Samples in the order of their names, with their boxes. `text` is looked for in name, patient and site, whatever the case."""
        where, values = _build_filter(data_set, split, label, text)
        chosen = f"SELECT {_SAMPLE} FROM samples WHERE {where} ORDER BY samples.id LIMIT ? OFFSET ?"
        values += [-1 if limit is None else limit, offset]
        with self._connect() as db:
            rows = db.execute(chosen, values).fetchall()
            if not rows:
                return []
            ends = [data_set.id, rows[0][0], rows[-1][0]]
            boxes: dict[int, list[Box]] = {}
            for sample_id, *box in db.execute(
                "SELECT sample_id, boxes.label, x0, y0, x1, y1 FROM boxes JOIN samples ON samples.id = sample_id "
                "WHERE data_set_id = ? AND sample_id BETWEEN ? AND ? ORDER BY boxes.rowid", ends
            ):  # fmt: skip
                boxes.setdefault(sample_id, []).append(Box(*box))
        return [_build_sample(data_set, row, boxes.get(row[0], ())) for row in rows]

    def load_sample(self, data_set: DataSet, id: int) -> Sample | None:
        """One sample of a data set, or None."""
        with self._connect() as db:
            row = db.execute(f"SELECT {_SAMPLE} FROM samples WHERE data_set_id = ? AND id = ?", (data_set.id, id)).fetchone()
            boxes = db.execute("SELECT label, x0, y0, x1, y1 FROM boxes WHERE sample_id = ? ORDER BY rowid", (id,)).fetchall()
        return None if row is None else _build_sample(data_set, row, [Box(*box) for box in boxes])

    def count_samples(self, data_set: DataSet, split: str | None = None, label: str | None = None, text: str | None = None) -> int:
        """How many samples `load_samples` would give without a limit."""
        where, values = _build_filter(data_set, split, label, text)
        return self._count(f"SELECT COUNT(*) FROM samples WHERE {where}", values)

    def count_classes(self, data_set: DataSet) -> dict[str, dict[str, int]]:
        """Images a split and class; every split and every class is there, if with 0."""
        counts = {split: dict.fromkeys(data_set.classes, 0) for split in SPLITS}
        with self._connect() as db:
            query = "SELECT split, label, COUNT(*) FROM samples WHERE data_set_id = ? GROUP BY split, label"
            for split, label, count in db.execute(query, (data_set.id,)):
                counts[split][label] = count
        return counts

    def list_unreadable(self, data_set: DataSet) -> list[tuple[str, str]]:
        """Files that were left out, each with the reason."""
        with self._connect() as db:
            return [(file, reason) for file, reason in db.execute(
                "SELECT file, reason FROM unreadable WHERE data_set_id = ? ORDER BY rowid", (data_set.id,)
            )]  # fmt: skip

    def count_leaks(self, data_set: DataSet) -> int:
        """Test images whose bytes also stand in training or validation."""
        return self._count(
            "SELECT COUNT(*) FROM samples t WHERE t.data_set_id = ? AND t.split = 'test' AND EXISTS (SELECT 1 FROM samples o "
            "WHERE o.data_set_id = t.data_set_id AND o.content_hash = t.content_hash AND o.split != 'test')", [data_set.id]
        )  # fmt: skip

    def load_facts(self, data_set: DataSet) -> Facts:
        """What there is to know of a data set in figures."""
        mine = [data_set.id]
        with self._connect() as db:
            images, unknown, patients, sites, contents = db.execute(
                "SELECT COUNT(*), COUNT(*) - COUNT(patient), COUNT(DISTINCT patient), COUNT(DISTINCT site), COUNT(DISTINCT content_hash) "
                "FROM samples WHERE data_set_id = ?", mine
            ).fetchone()  # fmt: skip
        return Facts(
            images=images, without_patient=unknown, patients=patients, sites=sites, copies=images - contents, leaks=self.count_leaks(data_set),
            patients_on_two_sides=self._count(
                "SELECT COUNT(*) FROM (SELECT 1 FROM samples WHERE data_set_id = ? AND patient IS NOT NULL GROUP BY patient "
                "HAVING COUNT(DISTINCT split) > 1)", mine
            ),
            with_box=self._count("SELECT COUNT(DISTINCT sample_id) FROM boxes JOIN samples ON samples.id = sample_id WHERE data_set_id = ?", mine),
            contradictions=self._count(
                "SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) n FROM samples WHERE data_set_id = ? GROUP BY content_hash "
                "HAVING COUNT(DISTINCT label) > 1)", mine
            ),
        )  # fmt: skip

    def add(self, data_set: DataSet, samples: Sequence[Sample], unreadable: Sequence[tuple[str, str]] = ()) -> DataSet:
        """Store a new data set with its samples, boxes and left-out files, in one transaction. The ids given are ignored.

        Returns:
            The data set with its id.

        Raises:
            DataError: the name is taken.
        """
        with self._connect() as db, _transaction(db):
            self._refuse_taken(db, data_set.name)
            values = (
                data_set.name, self._shorten(data_set.root), data_set.origin, json.dumps(data_set.classes, ensure_ascii=False),
                data_set.patient_pattern, data_set.has_patients, data_set.split_origin, data_set.is_synthetic, data_set.created,
            )  # fmt: skip
            new = db.execute(f"INSERT INTO data_sets ({_DATA_SET.removeprefix('id, ')}) VALUES (?,?,?,?,?,?,?,?,?)", values).lastrowid
            assert new is not None
            first = db.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'samples'), 0) + 1").fetchone()[0]
            db.executemany("INSERT INTO samples VALUES (?,?,?,?,?,?,?,?,?,?,?)", (
                (i, new, s.name, s.label, s.patient, s.site, s.split, s.content_hash, s.width, s.height, s.mode) for i, s in enumerate(samples, first)
            ))  # fmt: skip
            db.executemany("INSERT INTO boxes VALUES (?,?,?,?,?,?)", (
                (i, b.label, b.x0, b.y0, b.x1, b.y1) for i, s in enumerate(samples, first) for b in s.boxes
            ))  # fmt: skip
            db.executemany("INSERT INTO unreadable VALUES (?,?,?)", ((new, file, reason) for file, reason in unreadable))
        self._back_up(self.backup_path)
        return replace(data_set, id=new)

    def rename(self, data_set: DataSet, name: str) -> DataSet:
        """Give a data set another name; runs that were trained on it keep the old one in their recipes.

        Raises:
            DataError: the name is empty, too long or taken.
        """
        name = check_name(name)
        with self._connect() as db, _transaction(db):
            if name != data_set.name:
                self._refuse_taken(db, name)
            db.execute("UPDATE data_sets SET name = ? WHERE id = ?", (name, data_set.id))
        self._back_up(self.backup_path)
        return replace(data_set, name=name)

    def remove(self, data_set: DataSet) -> None:
        """Forget a data set. Images of an uploaded or built-in one are deleted; a registered folder is never touched."""
        with self._connect() as db, _transaction(db):
            db.execute("DELETE FROM data_sets WHERE id = ?", (data_set.id,))
        self._back_up(self.backup_path)
        home = self.workspace.data_folder
        if data_set.origin != "registered" and data_set.root.is_relative_to(home) and data_set.root != home:
            with _in_words(home, ""):
                shutil.rmtree(home / data_set.root.relative_to(home).parts[0])

    def _refuse_taken(self, db: sqlite3.Connection, name: str) -> None:
        if db.execute("SELECT 1 FROM data_sets WHERE name = ?", (name,)).fetchone():
            raise DataError(f"There is a data set {name!r} already. Choose another name, or remove that one first.")

    def _count(self, query: str, values: Sequence[Any]) -> int:
        with self._connect() as db:
            return int(db.execute(query, values).fetchone()[0])

    def _shorten(self, root: Path) -> str:
        """Images in the workspace are stored relative to it, so that MEDAPP_HOME can be moved."""
        home = self.workspace.root
        return root.relative_to(home).as_posix() if root.is_relative_to(home) else str(root)

    def _build_data_set(self, row: Sequence[Any]) -> DataSet:
        id, name, root, origin, classes, pattern, has_patients, split_origin, is_synthetic, created = row
        place, names = self.workspace.root / root, tuple(json.loads(classes))
        return DataSet(id, name, place, origin, names, pattern, bool(has_patients), split_origin, bool(is_synthetic), created)

    @contextlib.contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with _in_words(self.path, self._find_remedy()):
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = NORMAL")  # in WAL mode a crash of the machine loses the last moments, never the file
                db.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
                yield db
            finally:
                db.close()

    def _find_remedy(self) -> str:
        aside = f"Close MedApp, move {self.path.name}, {self.path.name}-wal and {self.path.name}-shm away"
        if self.backup_path.is_file():
            return f"{aside}, and copy {self.backup_path} to {self.path}."
        return f"{aside}, and add your folders again; images and runs are not touched."

    def _migrate(self) -> None:
        with FileLock(self.path.with_suffix(".lock"), timeout=BUSY_SECONDS), self._connect() as db:
            db.execute("PRAGMA journal_mode = WAL")
            version = _find_version(db)
            if version > len(MIGRATIONS):
                raise WorkspaceError(f"{self.path} was written by a newer MedApp (version {version}, known {len(MIGRATIONS)}). Update MedApp.")
            for number, migrate in enumerate(MIGRATIONS[version:], start=version + 1):
                if number > 1:
                    self._back_up(self.path.with_suffix(f".before-{number}.sqlite"))
                with _transaction(db):
                    migrate(db)
                    db.execute(f"PRAGMA user_version = {number}")

    def _back_up(self, target: Path) -> None:
        """A consistent copy beside the catalog, written aside and renamed into place."""
        with FileLock(target.with_suffix(".lock"), timeout=BUSY_SECONDS), self._connect() as db, _in_words(target, ""):
            aside = target.with_suffix(".part")
            aside.unlink(missing_ok=True)
            db.execute("VACUUM INTO ?", (str(aside),))
            aside.replace(target)


def check_name(name: str) -> str:
    """A data set's name without the spaces around it.

    Raises:
        DataError: empty, over 100 characters, or with characters that cannot be printed.
    """
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise DataError(f"{name[:100]!r} cannot be a data set's name. Take 1 to 100 printable characters.")
    return name


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextlib.contextmanager
def _in_words(path: Path, remedy: str) -> Iterator[None]:
    """What SQLite and the disk say, as an error for a person. Only damage has the remedy of the backup."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError) or "no such" in str(error):
            raise WorkspaceError(f"{path} is damaged: {error}. {remedy}") from error
        raise WorkspaceError(f"{path} cannot be used: {error}. Check that the disk has space and that you may write there.") from error
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be changed: {error.strerror or error}. Check permissions and space.") from error


def _find_version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _build_filter(data_set: DataSet, split: str | None, label: str | None, text: str | None) -> tuple[str, list[Any]]:
    where, values = ["data_set_id = ?"], [data_set.id]
    filters: list[tuple[str, Any]] = [("split = ?", split), ("label = ?", label)]
    filters.append(("instr(folded(name || ' ' || COALESCE(patient, '') || ' ' || COALESCE(site, '')), ?) > 0", text and text.casefold()))
    for condition, value in filters:
        if value:
            where.append(condition)
            values.append(value)
    return " AND ".join(where), values


def _build_sample(data_set: DataSet, row: Sequence[Any], boxes: Sequence[Box]) -> Sample:
    id, name, *rest = row
    return Sample(id, name, data_set.root / name, *rest, boxes=tuple(boxes))
