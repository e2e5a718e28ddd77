"""Recent places: the latest first, only those that are there, and a damaged list is none."""

from pathlib import Path

from medapp.store.places import KEPT, forget_place, keep_place, list_places
from medapp.store.workspace import Workspace


def test_the_latest_place_is_first_and_stands_once(workspace: Workspace, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    for folder in (*folders, folders[0]):
        keep_place(workspace, folder)
    assert list_places(workspace) == [folders[0], folders[2], folders[1]]
    folders[2].rmdir()
    assert list_places(workspace) == [folders[0], folders[1]]


def test_old_places_are_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        (tmp_path / str(number)).mkdir()
        keep_place(workspace, tmp_path / str(number))
    assert [path.name for path in list_places(workspace)][-1] == "2"


def test_a_damaged_list_is_none(workspace: Workspace, tmp_path: Path) -> None:
    for text in ("{", "3", '{"a": 1}', "[1, null]"):
        (workspace.root / "places.json").write_text(text, encoding="utf-8")
        assert list_places(workspace) == []
    keep_place(workspace, tmp_path)
    assert list_places(workspace) == [tmp_path]


def test_a_forgotten_place_is_gone_and_one_that_was_never_kept_changes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    keep_place(workspace, tmp_path)
    forget_place(workspace, tmp_path / "elsewhere")
    assert list_places(workspace) == [tmp_path]
    forget_place(workspace, tmp_path)
    assert list_places(workspace) == []
