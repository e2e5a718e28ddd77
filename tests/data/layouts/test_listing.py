"""What is in a folder, and what of it is an image."""

import os
import sys
from pathlib import Path

import pytest

from medapp.data.layouts.listing import list_files, list_folder, list_images
from medapp.errors import DataError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def make(root: Path, *names: str, content: bytes = b"not looked at") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def test_images_of_any_folder_are_listed_by_name(tmp_path: Path) -> None:
    make(tmp_path, "b.PNG", "a/deep/1.dcm", "a/notes.txt", ".hidden/2.png", "__MACOSX/3.png")
    assert list_images(tmp_path) == [tmp_path / "a" / "deep" / "1.dcm", tmp_path / "b.PNG"]


def test_a_folder_without_images_is_refused_in_words(tmp_path: Path) -> None:
    for folder, reason in (
        (tmp_path, "no image"),
        (tmp_path / "nowhere", "no folder"),
        (Path("/" + "x" * 5000), "cannot be opened"),
    ):
        with pytest.raises(DataError, match=reason):
            list_images(folder)


DICOM = bytes(128) + b"DICM"


def test_files_are_told_by_their_content_where_the_name_does_not(tmp_path: Path) -> None:
    make(tmp_path, "a/IM000001", "a/scan.IMA", "a/1.2.840.10008", content=DICOM)
    make(tmp_path, "a/photo", content=PNG)
    make(tmp_path, "a/volume", content=b"\x1f\x8b" + bytes(20))
    make(tmp_path, "a/README", "a/labels.csv", "a/notes.txt", "b.nii.gz")
    (tmp_path / "empty").touch()
    listing = list_folder(tmp_path)
    assert ["/".join(parts) for parts in listing.images] == [
        "a/1.2.840.10008",
        "a/IM000001",
        "a/photo",
        "a/scan.IMA",
    ]
    assert listing.left_out == (
        ("a/volume", "gzip, which MedApp does not read"),
        (
            "b.nii.gz",
            "a NIfTI image (.nii.gz), which comes in by itself, not in a zip or among images",
        ),
    )
    assert {found.kind: found.count for found in listing.passed_over} == {
        ".csv": 1,
        ".txt": 1,
        "without a known suffix": 2,
    }
    assert listing.passed_over[0].example == "a/labels.csv"
    assert listing.tables == (("a", "labels.csv"),)


def test_names_stand_in_natural_order(tmp_path: Path) -> None:
    make(tmp_path, "10.png", "2.png", "1.png", "A3.png", "a20.png", "b/1.png")
    names = [path.relative_to(tmp_path).as_posix() for path in list_images(tmp_path)]
    assert names == ["1.png", "2.png", "10.png", "A3.png", "a20.png", "b/1.png"]


@pytest.mark.parametrize(
    "name",
    ["@eaDir", "#recycle", "$RECYCLE.BIN", ".ipynb_checkpoints", "lost+found", "__MACOSX", ".x"],
)
def test_what_systems_leave_behind_is_passed_over(tmp_path: Path, name: str) -> None:
    make(tmp_path, "a/1.png", f"{name}/2.png", f"a/{name}/deep/3.png", "a/Thumbs.db", ".DS_Store")
    listing = list_folder(tmp_path)
    assert listing.images == (("a", "1.png"),)
    assert (listing.left_out, listing.passed_over) == ((), ())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_within_the_folder_are_followed_and_others_said(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "secret.png")
    root = make(tmp_path / "root", "pool/1.png", "pool/2.png", "pool/3.png", "a/own.png")
    (root / "b").mkdir()
    (root / "a" / "1.png").symlink_to(root / "pool" / "1.png")
    (root / "b" / "2.png").symlink_to(Path("..") / "pool" / "2.png")
    (root / "b" / "away.png").symlink_to(outside / "secret.png")
    (root / "b" / "gone.png").symlink_to(root / "nowhere.png")
    (root / "b" / "loop").symlink_to(root)
    (root / "b" / "round.png").symlink_to(root / "b" / "round.png")
    listing = list_folder(root)
    assert ["/".join(parts) for parts in listing.images] == [
        "a/1.png",
        "a/own.png",
        "b/2.png",
        "pool/3.png",
    ]
    assert dict(listing.left_out) == {
        "b/away.png": "a link to a file outside the folder, which is not followed",
        "b/gone.png": "a link to nothing",
        "b/loop": "a link to a folder, which is not followed",
        "b/round.png": "a link to nothing",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    os.mkfifo(tmp_path / "b.png")
    assert list_folder(tmp_path).images == (("a.png",),)


def test_the_rest_is_said_by_reason_and_kind(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "b.nii", "c.nii", "notes.txt", "x.csv")
    assert list_folder(tmp_path).describe_rest() == (
        "Not read: 2 files: a NIfTI image (.nii), which comes in by itself, not in a zip or among"
        " images (b.nii, c.nii).",
        "Passed over, as no images: 1 .txt, 1 .csv.",
    )


def test_every_file_of_an_upload_is_listed(tmp_path: Path) -> None:
    make(tmp_path, "2.png", "notes.txt", "IM01", ".DS_Store")
    assert list_files(tmp_path) == [tmp_path / name for name in ("2.png", "IM01", "notes.txt")]
