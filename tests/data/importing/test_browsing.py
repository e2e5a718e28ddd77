"""A folder of this machine for the picker: what can be opened and added, with counts."""

from pathlib import Path

import pytest

from medapp.data.importing.browsing import MOST, find_nearest_folder, open_place
from medapp.errors import DataError


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_folders_come_with_what_stands_in_them(tmp_path: Path) -> None:
    make(tmp_path, "b10/1.png", "b10/2.dcm", "b10/x.txt", "b2/deep/1.png", ".hidden/1.png")
    make(tmp_path, "set.zip", "scan.png", "notes.txt", "empty/notes.txt")
    place = open_place(tmp_path)
    found = [(entry.path.name, entry.describe()) for entry in place.entries]
    assert found == [
        ("b2", "1 folder"),
        ("b10", "2 images"),
        ("empty", "no images"),
        ("set.zip", ""),
    ]
    assert (place.images, place.hidden) == (1, 0)


def test_tables_can_be_asked_for(tmp_path: Path) -> None:
    make(tmp_path, "disc/1.dcm", "set.zip", "diagnoses.csv", "Found.XLSX")
    place = open_place(tmp_path, (".csv", ".xlsx"))
    assert [entry.path.name for entry in place.entries] == ["disc", "diagnoses.csv", "Found.XLSX"]


def test_what_is_not_listed_is_counted(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        (tmp_path / str(number)).mkdir()
    place = open_place(tmp_path)
    assert len(place.entries) == MOST
    assert place.hidden == 3
    assert [entry.path.name for entry in place.entries[:3]] == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["nowhere", "x" * 300, "a\0b"])
def test_a_folder_that_cannot_be_opened_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        open_place(tmp_path / name)


def test_the_picker_begins_at_the_nearest_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert find_nearest_folder(tmp_path / "a") == tmp_path / "a"
    assert find_nearest_folder(tmp_path / "a" / "b" / "c.zip") == tmp_path / "a"
