"""Uploads on their way to disk."""

import io
from pathlib import Path
from typing import Any

import pytest

from medapp.errors import WorkspaceError
from medapp.ui.data_sets.uploads import save_upload


class Upload(io.BytesIO):
    """What Streamlit gives of an uploaded file: its content and the name that the browser sent."""

    def __init__(self, name: str, content: bytes = b"image") -> None:
        super().__init__(content)
        self.name = name


def save(name: str, folder: Path, content: bytes = b"image") -> Path:
    upload: Any = Upload(name, content)
    return save_upload(upload, folder)


@pytest.mark.parametrize("name", ["p1.png", "a/b/p1.png", "..\\..\\p1.png", "/etc/p1.png"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert save(name, tmp_path / "new") == tmp_path / "new" / "p1.png"


def test_a_second_file_of_a_name_does_not_replace_the_first(tmp_path: Path) -> None:
    paths = [save("p1.png", tmp_path, content) for content in (b"one", b"two", b"three")]
    assert [path.read_bytes() for path in paths] == [b"one", b"two", b"three"]


def test_a_name_that_is_a_folder_becomes_a_file(tmp_path: Path) -> None:
    assert save("..", tmp_path).is_file()


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("x" * 300 + ".png", ".png"),
        ("头" * 255 + ".dcm", ".dcm"),
        ("é" * 255, ""),
        ("half \ud83d.png", ".png"),
        ("nul\0.png", ".png"),
        ("new\nline 😀.png", ".png"),
    ],
)
def test_any_name_of_a_browser_can_be_written_and_keeps_its_suffix(
    tmp_path: Path, name: str, end: str
) -> None:
    first, second = save(name, tmp_path, b"one"), save(name, tmp_path, b"two")
    assert (first.suffix, second.suffix) == (end, end)
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceError, match=r"p1\.png could not be copied"):
        save("p1.png", tmp_path / "file" / "below")
