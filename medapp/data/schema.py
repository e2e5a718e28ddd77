"""The catalog's file: its tables, migrations and backups, and connections to it.

The schema's version is in `user_version`. A migration is a small function, applied in one
transaction after a backup. What SQLite finds wrong becomes an error in words.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from medapp.errors import WorkspaceError

BUSY_SECONDS = 30.0
# Words of SQLite's operational errors that mean damage; SQLite has errors of its own for the rest.
_SIGNS_OF_DAMAGE = ("no such", "decode", "malformed", "unsupported file format", "already exists")


def _create_tables(db: sqlite3.Connection) -> None:
    db.execute("""CREATE TABLE data_sets (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, root TEXT NOT NULL,
        origin TEXT NOT NULL, classes TEXT NOT NULL, patient_pattern TEXT,
        has_patients INTEGER NOT NULL, split_origin TEXT NOT NULL,
        is_synthetic INTEGER NOT NULL, created TEXT NOT NULL)""")
    db.execute("""CREATE TABLE samples (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE,
        name TEXT NOT NULL, label TEXT NOT NULL, patient TEXT, site TEXT, split TEXT NOT NULL,
        content_hash TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        mode TEXT NOT NULL,
        UNIQUE (data_set_id, name))""")
    db.execute("CREATE INDEX samples_by_class ON samples (data_set_id, split, label)")
    db.execute("CREATE INDEX samples_by_content ON samples (data_set_id, content_hash)")
    db.execute("""CREATE TABLE boxes (
        sample_id INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE, label TEXT NOT NULL,
        x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL)""")
    db.execute("CREATE INDEX boxes_by_sample ON boxes (sample_id)")
    db.execute("""CREATE TABLE unreadable (
        data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE,
        file TEXT NOT NULL, reason TEXT NOT NULL)""")
    db.execute("CREATE INDEX unreadable_by_data_set ON unreadable (data_set_id)")


def _add_search(db: sqlite3.Connection) -> None:
    """Let a page of 100,000 samples, and a search among them, take milliseconds.

    The column holds texts in folded case, because SQLite folds only ASCII by itself.
    """
    db.execute("ALTER TABLE samples ADD COLUMN searched TEXT NOT NULL DEFAULT ''")
    db.execute(
        "UPDATE samples SET searched = folded(name || ' ' || COALESCE(patient, '') || ' ' ||"
        " COALESCE(site, ''))"
    )
    # Every index ends with the row's id, so that this one gives samples in order.
    db.execute("CREATE INDEX samples_in_order ON samples (data_set_id)")


def _add_identity(db: sqlite3.Connection) -> None:
    """Store what a data set is found by after it was renamed, and its task."""
    db.execute("ALTER TABLE data_sets ADD COLUMN uid TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE data_sets ADD COLUMN task TEXT NOT NULL DEFAULT 'single-label'")
    db.execute("UPDATE data_sets SET uid = lower(hex(randomblob(16)))")
    db.execute("CREATE UNIQUE INDEX data_sets_by_uid ON data_sets (uid)")
    db.execute("""CREATE TABLE former_names (
        name TEXT PRIMARY KEY, data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE
        )""")


def _add_copies(db: sqlite3.Connection) -> None:
    """Store what near copies are found by, and how often a split was drawn.

    Images without a fingerprint were added before there were any; until they are checked, their
    copies are those with the same bytes.
    """
    db.execute("ALTER TABLE samples ADD COLUMN fingerprint TEXT")
    db.execute("ALTER TABLE samples ADD COLUMN copy_group TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE samples SET copy_group = content_hash")
    db.execute("CREATE INDEX samples_by_copy ON samples (data_set_id, copy_group)")
    db.execute("DROP INDEX samples_by_content")
    db.execute("ALTER TABLE data_sets ADD COLUMN draws INTEGER NOT NULL DEFAULT 1")


def _add_attributes_and_edits(db: sqlite3.Connection) -> None:
    """Store further columns of samples, what a person changed, and where samples come from.

    `file` is where a sample's file is when it does not stand below the root under the sample's
    name. `used` are the samples that are not left out. The edits are a log on top of the files: the
    samples have the state that the edits led to.
    """
    db.execute("ALTER TABLE samples ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'")
    db.execute("ALTER TABLE samples ADD COLUMN is_left_out INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE samples ADD COLUMN frame INTEGER")
    db.execute("ALTER TABLE samples ADD COLUMN file TEXT")
    db.execute("ALTER TABLE samples ADD COLUMN file_bytes INTEGER")
    db.execute("ALTER TABLE samples ADD COLUMN modified_ns INTEGER")
    db.execute("CREATE VIEW used AS SELECT * FROM samples WHERE NOT is_left_out")
    db.execute("ALTER TABLE data_sets ADD COLUMN reading TEXT NOT NULL DEFAULT '{}'")
    db.execute("ALTER TABLE data_sets ADD COLUMN derivation TEXT NOT NULL DEFAULT '{}'")
    db.execute("""CREATE TABLE edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        data_set_id INTEGER NOT NULL REFERENCES data_sets ON DELETE CASCADE,
        sample_id INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE,
        kind TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, reason TEXT NOT NULL,
        made TEXT NOT NULL, is_undone INTEGER NOT NULL DEFAULT 0)""")
    db.execute("CREATE INDEX edits_by_data_set ON edits (data_set_id)")
    db.execute("CREATE INDEX edits_by_sample ON edits (sample_id)")


# The n-th leads to version n. Never change one that was released; add one.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _create_tables,
    _add_search,
    _add_identity,
    _add_copies,
    _add_attributes_and_edits,
)


def find_backup(path: Path) -> Path:
    """Where the copy of the catalog at `path` is kept that is made after each change."""
    return path.with_suffix(".backup.sqlite")


@contextlib.contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one piece of work, in which each statement is a transaction of its own.

    To change several rows together, use `change`.

    Raises:
        WorkspaceError: the file is damaged, locked for long, or cannot be read or written.
    """
    with _in_words(path):
        db = sqlite3.connect(_address(path), timeout=BUSY_SECONDS, isolation_level=None, uri=True)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            # A power cut may lose the last change, never the file.
            db.execute("PRAGMA synchronous = NORMAL")
            db.create_function("folded", 1, lambda text: str(text).casefold(), deterministic=True)
            yield db
        finally:
            db.close()


def _address(path: Path) -> str:
    """The catalog's address for SQLite.

    In a folder that may only be read SQLite cannot make the files beside the catalog that it
    shares with other processes, and reads the catalog alone.
    """
    if os.access(path.parent, os.W_OK) or not path.exists():
        return path.absolute().as_uri()
    # What another process has just written stands in a file of its own, and is not left out.
    has_news = path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'' if has_news else '&immutable=1'}"


@contextlib.contextmanager
def change(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection within one transaction, which is kept whole or not at all.

    Afterwards the backup is renewed.
    """
    with connect(path) as db, _transaction(db):
        yield db
    # On a full disk the former backup stays; the change itself is safe.
    with contextlib.suppress(WorkspaceError):
        _back_up(path, find_backup(path))


def migrate(
    path: Path, migrations: tuple[Callable[[sqlite3.Connection], None], ...] = MIGRATIONS
) -> None:
    """Bring the catalog at `path`, which need not exist, to the newest schema.

    Raises:
        WorkspaceError: it was written by a newer MedApp, or as `connect`.
    """
    with _in_words(path):
        if path.exists() and not path.stat().st_size and find_backup(path).exists():
            raise WorkspaceError(f"{path} has lost its content.", remedy=find_remedy(path))
    with connect(path) as db:
        if _find_version(db) == len(migrations):
            return
    with (
        _in_words(path),
        FileLock(path.with_suffix(".lock"), timeout=BUSY_SECONDS),
        connect(path) as db,
    ):
        db.execute("PRAGMA journal_mode = WAL")
        version = _find_version(db)
        if version > len(migrations):
            raise WorkspaceError(
                f"{path} was written by a newer MedApp (version {version}).",
                remedy="Update MedApp.",
            )
        if version < 0 or (version == 0 and db.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise WorkspaceError(
                f"{path} is a database of another program.", remedy=find_remedy(path)
            )
        if version:
            # Fails, before anything is changed, on another program's table of the same name.
            db.execute("SELECT id, name, root, origin, classes FROM data_sets LIMIT 0")
        for number, step in enumerate(migrations[version:], start=version + 1):
            if version:
                _back_up(path, path.with_suffix(f".before-{number}.sqlite"))
            with _transaction(db):
                step(db)
                db.execute(f"PRAGMA user_version = {number}")


def _find_version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _back_up(path: Path, target: Path) -> None:
    """Copy the catalog at `path` in one consistent state, written aside and renamed to `target`."""
    with (
        _in_words(target),
        FileLock(target.with_suffix(".lock"), timeout=BUSY_SECONDS),
        connect(path) as db,
    ):
        aside = target.with_suffix(".part")
        try:
            aside.unlink(missing_ok=True)
            db.execute("VACUUM INTO ?", (str(aside),))
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)


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
def _in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into an error for a person."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        is_operational = isinstance(error, sqlite3.OperationalError)
        if not is_operational or any(sign in str(error) for sign in _SIGNS_OF_DAMAGE):
            raise WorkspaceError(
                f"{path} is damaged: {error}.", remedy=find_remedy(path)
            ) from error
        raise WorkspaceError(
            f"{path} cannot be used: {error}.", remedy="Check permissions and space."
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise WorkspaceError(
            f"{path} cannot be used: {reason}.", remedy="Check permissions and space."
        ) from error


def find_remedy(path: Path) -> str:
    """What to do about a catalog that is damaged."""
    aside = f"Close MedApp and move {path.name}, {path.name}-wal and {path.name}-shm away"
    if find_backup(path).is_file():
        return f"{aside}; then copy {find_backup(path)} to {path}."
    return f"{aside}; then add your folders again. Images and runs are not touched."
