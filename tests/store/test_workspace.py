"""A workspace is its owner's alone, also one that an earlier version left open."""

import logging
from pathlib import Path

import pytest

from medapp.data.catalog import Catalog
from medapp.store.workspace import open_workspace


def read_mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o7777


def test_a_new_workspace_is_private(tmp_path: Path) -> None:
    open_workspace(tmp_path / "a" / "home")
    assert read_mode(tmp_path / "a" / "home") == 0o700


def test_an_open_workspace_is_shut_with_a_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "home"
    Catalog(open_workspace(root)).list_data_sets()
    root.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        open_workspace(root)
    assert read_mode(root) == 0o700
    assert "was open to others (mode 755)" in caplog.text
    caplog.clear()
    open_workspace(root)
    assert caplog.text == ""


def test_a_folder_that_a_group_shares_on_purpose_stays_the_groups(tmp_path: Path) -> None:
    root = tmp_path / "home"
    open_workspace(root)
    root.chmod(0o2775)
    open_workspace(root)
    assert read_mode(root) == 0o2770


def test_a_folder_that_holds_other_things_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "thesis.tex").touch()
    tmp_path.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        open_workspace(tmp_path)
    assert read_mode(tmp_path) == 0o755
    assert "thesis.tex" in caplog.text
