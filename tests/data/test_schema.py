"""Migrations go forward only, one transaction each, with a backup before."""

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from medapp.data.catalog import Catalog
from medapp.data.schema import MIGRATIONS, change, connect, find_backup, migrate
from medapp.errors import WorkspaceError
from medapp.store.workspace import Workspace

FIXTURE = Path(__file__).parents[1] / "fixtures" / "workspace-0.1.0.zip"
FIRST_COLUMNS = (
    "id, name, root, origin, classes, patient_pattern, has_patients, split_origin, is_synthetic,"
    " created"
)
FIRST_ROW = "(1, 'x', '', '', '[]', NULL, 0, '', 0, '')"


def add_note(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE data_sets ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")


def break_halfway(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE data_sets ADD COLUMN half TEXT")
    db.execute("SELECT nonsense FROM nowhere")


def find_columns(path: Path) -> list[str]:
    with connect(path) as db:
        return [row[1] for row in db.execute("PRAGMA table_info(data_sets)")]


def find_version(path: Path) -> int:
    with connect(path) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.sqlite"
    migrate(path, MIGRATIONS)
    with change(path) as db:
        db.execute(f"INSERT INTO data_sets ({FIRST_COLUMNS}) VALUES {FIRST_ROW}")
    return path


def test_a_new_catalog_has_the_newest_version_and_the_write_ahead_log(path: Path) -> None:
    assert find_version(path) == len(MIGRATIONS)
    with connect(path) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_migration_keeps_the_rows_and_leaves_a_backup_of_before(path: Path) -> None:
    migrate(path, (*MIGRATIONS, add_note))
    assert find_version(path) == len(MIGRATIONS) + 1
    with connect(path) as db:
        assert db.execute("SELECT name, note FROM data_sets").fetchall() == [("x", "none")]
    backup = path.with_suffix(f".before-{len(MIGRATIONS) + 1}.sqlite")
    assert "note" not in find_columns(backup)
    migrate(path, (*MIGRATIONS, add_note))


def test_a_catalog_of_the_first_version_is_found_by_search_too(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    migrate(path, MIGRATIONS[:1])
    with change(path) as db:
        db.execute(f"INSERT INTO data_sets ({FIRST_COLUMNS}) VALUES {FIRST_ROW}")
        db.execute(
            "INSERT INTO samples VALUES (1, 1, 'Ä.png', 'a', 'P1', NULL, 'train', '', 1, 1, '')"
        )
    migrate(path)
    with connect(path) as db:
        assert db.execute("SELECT searched FROM samples").fetchone() == ("ä.png p1 ",)


def test_a_failed_migration_changes_nothing(path: Path) -> None:
    with pytest.raises(WorkspaceError):
        migrate(path, (*MIGRATIONS, break_halfway))
    assert "half" not in find_columns(path)
    assert find_version(path) == len(MIGRATIONS)


def test_a_newer_catalog_is_refused(path: Path) -> None:
    migrate(path, (*MIGRATIONS, add_note))
    with pytest.raises(WorkspaceError, match=r"newer MedApp.*Update MedApp"):
        migrate(path, MIGRATIONS)


def test_a_change_that_fails_is_undone(path: Path) -> None:
    def delete_and_fail() -> None:
        with change(path) as db:
            db.execute("DELETE FROM data_sets")
            raise KeyError

    with pytest.raises(KeyError):
        delete_and_fail()
    with connect(path) as db:
        assert db.execute("SELECT COUNT(*) FROM data_sets").fetchone() == (1,)


def test_a_folder_in_the_place_of_the_catalog_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").mkdir()
    with pytest.raises(WorkspaceError, match=r"cannot be used: .*Check permissions and space"):
        migrate(tmp_path / "catalog.sqlite")


def test_a_change_stays_where_its_backup_finds_no_room(path: Path) -> None:
    backup = find_backup(path)
    before = backup.read_bytes()
    path.with_suffix(".backup.part").mkdir()  # as good as a full disk: the copy cannot be written
    with change(path) as db:
        db.execute("UPDATE data_sets SET name = 'y'")
    with connect(path) as db:
        assert db.execute("SELECT name FROM data_sets").fetchone() == ("y",)
    assert backup.read_bytes() == before


def test_data_sets_of_the_second_version_get_an_id_and_a_task(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    migrate(path, MIGRATIONS[:2])
    with change(path) as db:
        for number in (1, 2):
            values = f"({number}, 'set {number}', '', '', '[]', NULL, 0, '', 0, '')"
            db.execute(f"INSERT INTO data_sets ({FIRST_COLUMNS}) VALUES {values}")
    migrate(path)
    with connect(path) as db:
        rows = db.execute("SELECT name, uid, task FROM data_sets ORDER BY id").fetchall()
    assert [(name, task) for name, _, task in rows] == [
        ("set 1", "single-label"),
        ("set 2", "single-label"),
    ]
    uids = {uid for _, uid, _ in rows}
    assert len(uids) == 2
    assert all(len(uid) == 32 for uid in uids)


def test_the_catalog_that_0_1_0_left_is_opened(workspace: Workspace) -> None:
    with zipfile.ZipFile(FIXTURE) as archive:
        workspace.catalog_path.write_bytes(archive.read("home/catalog.sqlite"))
    assert find_version(workspace.catalog_path) == 2
    catalog = Catalog(workspace)
    assert find_version(workspace.catalog_path) == len(MIGRATIONS)
    assert find_version(workspace.root / "catalog.before-3.sqlite") == 2
    bands, phantom = catalog.list_data_sets()
    assert (bands.name, phantom.name) == ("Bands", "Phantom")
    assert bands.classes == ("above", "below")
    assert bands.task == phantom.task == "single-label"
    assert (phantom.is_synthetic, phantom.root) == (True, workspace.data_folder / "Phantom")
    assert catalog.count_samples(bands) == 32
    assert len({bands.uid, phantom.uid, ""}) == 3
    # Its recipes know a name alone.
    assert catalog.find_chosen("", "Bands") == bands
    assert catalog.find_chosen("", catalog.rename(bands, "Streifen").name).uid == bands.uid
    assert catalog.find_chosen("", "Bands").uid == bands.uid
    assert Catalog(workspace).find_data_set("Streifen").uid == bands.uid


def test_a_catalog_that_may_only_be_read_is_read(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("a superuser may write everywhere")
    path.parent.chmod(0o500)
    path.chmod(0o400)
    try:
        migrate(path, MIGRATIONS)
        with connect(path) as db:
            assert db.execute("SELECT name FROM data_sets").fetchall() == [("x",)]
        with pytest.raises(WorkspaceError, match="readonly"), change(path) as db:
            db.execute("DELETE FROM data_sets")
    finally:
        path.parent.chmod(0o700)
