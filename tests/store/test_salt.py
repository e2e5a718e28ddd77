"""Names that are hashed mean nothing in another workspace."""

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medapp.errors import WorkspaceError
from medapp.store.salt import hash_names
from medapp.store.workspace import Workspace, open_workspace


def test_a_name_has_one_hash_in_a_workspace_and_another_elsewhere(workspace: Workspace) -> None:
    first = hash_names(workspace, ["P1", "P2"])
    assert hash_names(workspace, ["P2"]) == {"P2": first["P2"]}
    salt = bytes.fromhex((workspace.root / "salt").read_text())
    assert first["P1"] == hmac.new(salt, b"P1", hashlib.sha256).hexdigest()[:16]
    assert (workspace.root / "salt").stat().st_mode & 0o077 == 0
    other = open_workspace(workspace.root / "other")
    assert hash_names(other, ["P1"])["P1"] != first["P1"]


def test_a_damaged_secret_is_said(workspace: Workspace) -> None:
    (workspace.root / "salt").write_text("not hex")
    with pytest.raises(WorkspaceError, match="cannot be used"):
        hash_names(workspace, ["P1"])


def test_of_threads_that_make_the_secret_at_once_one_decides(tmp_path: Path) -> None:
    for number in range(20):
        workspace = Workspace(tmp_path / str(number))
        workspace.root.mkdir()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _, w=workspace: hash_names(w, ["P1"])["P1"], range(8)))
        assert len(set(found)) == 1
        assert [path.name for path in workspace.root.iterdir()] == ["salt"]
