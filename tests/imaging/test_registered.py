"""A file is shown for a sample only where its bytes are those that were registered."""

import hashlib
from pathlib import Path

import pytest

from medapp.errors import ImageError
from medapp.imaging.registered import hash_content, read_registered


def test_the_bytes_that_were_registered_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"image")
    known = hashlib.sha256(b"image").hexdigest()
    assert read_registered(path, known) == b"image"
    link = tmp_path / "link.png"
    link.symlink_to(path)
    assert read_registered(link, known) == b"image"


@pytest.mark.parametrize("change", ["link", "other bytes", "gone", "folder"])
def test_anything_else_is_refused(tmp_path: Path, change: str) -> None:
    path, known = tmp_path / "a.png", hashlib.sha256(b"image").hexdigest()
    if change == "link":
        path.symlink_to("/etc/passwd")
    elif change == "other bytes":
        path.write_bytes(b"imagf")
    elif change == "folder":
        path.mkdir()
    with pytest.raises(ImageError, match=r"a\.png"):
        read_registered(path, known)


def test_frames_of_one_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(b"image")
    known = hashlib.sha256(b"image#2").hexdigest()
    assert hash_content(b"image", 2) == known
    assert read_registered(path, known, 2) == b"image"
    for frame in (None, 1):
        with pytest.raises(ImageError, match="not the file that was registered"):
            read_registered(path, known, frame)
