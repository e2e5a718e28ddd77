"""Uploads live for a stated time, and no longer than their server."""

import subprocess
import sys
import time

from medapp.store.cache import open_cache
from medapp.store.uploads import KEPT_HOURS, Uploads
from medapp.store.workspace import Workspace

KILLED = """
import os, pathlib, signal, sys
from medapp.store.uploads import Uploads
from medapp.store.workspace import Workspace
folder = Uploads(Workspace(pathlib.Path(sys.argv[1]))).make_folder()
(folder / "mueller-anna.png").write_bytes(b"x")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_server_left_goes_at_the_next_start(workspace: Workspace) -> None:
    living = Uploads(workspace)
    kept = living.make_folder()
    subprocess.run([sys.executable, "-c", KILLED, str(workspace.root)], check=False)
    assert len(list(workspace.uploads_folder.rglob("mueller-anna.png"))) == 1
    Uploads(workspace)
    assert list(workspace.uploads_folder.rglob("mueller-anna.png")) == []
    # Those of a server that lives stay.
    assert kept.is_dir()


def test_what_version_0_1_kept_in_the_cache_goes(workspace: Workspace) -> None:
    for name in ("upload-x1", "tmpx1", "thumbnails"):
        (workspace.cache_folder / name).mkdir()
    Uploads(workspace)
    assert [path.name for path in workspace.cache_folder.iterdir()] == ["thumbnails"]


def test_an_end_leaves_nothing(workspace: Workspace) -> None:
    uploads = Uploads(workspace)
    (uploads.make_folder() / "mueller-anna.png").write_bytes(b"x")
    uploads.close()
    assert list(workspace.uploads_folder.iterdir()) == []


def test_they_are_listed_forgotten_and_no_entries_of_the_cache(workspace: Workspace) -> None:
    uploads = Uploads(workspace)
    folder = uploads.make_folder()
    (folder / "below").mkdir()
    (folder / "below" / "a.png").write_bytes(b"four")
    (listed,) = uploads.list_all()
    assert (listed.folder, listed.files, listed.size) == (folder, 1, 4)
    assert open_cache(workspace).size_bytes() == 0
    assert uploads.find(folder.name) == folder
    assert uploads.find("../runs") is None
    uploads.forget(folder)
    uploads.forget(folder)
    assert uploads.list_all() == []


def test_after_the_stated_time_they_go(workspace: Workspace) -> None:
    uploads = Uploads(workspace)
    folder = uploads.make_folder()
    now = time.time()
    uploads.forget_old(now + KEPT_HOURS * 3600 - 60)
    assert folder.exists()
    uploads.forget_old(now + KEPT_HOURS * 3600 + 60)
    assert not folder.exists()


def test_others_of_the_machine_cannot_read_them(workspace: Workspace) -> None:
    uploads = Uploads(workspace)
    assert uploads.folder.stat().st_mode & 0o777 == 0o700
    assert uploads.make_folder().stat().st_mode & 0o777 == 0o700
