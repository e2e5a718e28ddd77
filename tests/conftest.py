"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from medapp.workspace import Workspace, find_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace of the test's own."""
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return find_workspace()
