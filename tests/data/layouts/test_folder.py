"""Folders as people keep them."""

import os
import sys
from pathlib import Path

import pytest

from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Layout
from medapp.errors import DataError


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    return root


def show(scan: Layout) -> list[tuple[str, str, str | None]]:
    return [(file.name, file.label, file.split) for file in scan.files]


def test_a_folder_a_class(tmp_path: Path) -> None:
    scan = scan_folder(
        make(tmp_path, "b/2.JPG", "a/1.png", "a/deep/er/3.tiff", "a/notes.txt", "boxes.csv")
    )
    assert show(scan) == [
        ("a/1.png", "a", None),
        ("a/deep/er/3.tiff", "a", None),
        ("b/2.JPG", "b", None),
    ]
    assert scan.root == tmp_path
    assert scan.left_out == ()
    assert scan.files[1].path == tmp_path / "a" / "deep" / "er" / "3.tiff"


def list_passed_over(layout: Layout) -> dict[str, tuple[int, str]]:
    return {found.kind: (found.count, found.example) for found in layout.passed_over}


def test_a_table_that_is_used_is_not_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "1.png", "2.png", "notes.csv", "notes.txt")
    (tmp_path / "labels.csv").write_text("image,label\n1.png,a\n2.png,b\n")
    scan = scan_folder(tmp_path)
    assert [file.label for file in scan.files] == ["a", "b"]
    assert list_passed_over(scan) == {".csv": (1, "notes.csv"), ".txt": (1, "notes.txt")}


def test_a_table_of_boxes_is_used_where_it_stands_beside_the_classes(tmp_path: Path) -> None:
    make(tmp_path, "set/a/1.png", "set/b/2.png", "set/boxes.csv", "set/a/boxes.csv")
    scan = scan_folder(tmp_path)
    assert scan.root == tmp_path / "set"
    assert list_passed_over(scan) == {".csv": (1, "set/a/boxes.csv")}


def test_a_table_that_a_question_is_asked_about_is_passed_over_still(tmp_path: Path) -> None:
    make(tmp_path, "x/1.png", "y/2.png")
    (tmp_path / "labels.csv").write_text("image,label\nx/1.png,a\ny/2.png,b\n")
    scan = scan_folder(tmp_path)
    assert scan.question
    assert list_passed_over(scan) == {".csv": (1, "labels.csv")}


def test_split_folders_of_class_folders(tmp_path: Path) -> None:
    scan = scan_folder(
        make(tmp_path, "Training/a/1.png", "Training/b/x/2.png", "VALID/a/3.png", "Testing/b/4.png")
    )
    assert show(scan) == [
        ("Testing/b/4.png", "b", "test"),
        ("Training/a/1.png", "a", "train"),
        ("Training/b/x/2.png", "b", "train"),
        ("VALID/a/3.png", "a", "validation"),
    ]


def test_what_stands_beside_the_split_folders_is_left_out_and_said(tmp_path: Path) -> None:
    scan = scan_folder(
        make(tmp_path, "train/a/1.png", "test/a/2.png", "extra/a/3.png", "train/4.png", "5.png")
    )
    assert [file.name for file in scan.files] == ["test/a/2.png", "train/a/1.png"]
    outside = "it stands outside the train, validation and test folders"
    assert scan.left_out == (
        ("5.png", outside),
        ("extra/a/3.png", outside),
        ("train/4.png", "it stands in no class folder"),
    )


def test_split_folders_that_hold_images_are_no_classes(tmp_path: Path) -> None:
    layout = scan_folder(make(tmp_path, "test/1.png", "train/2.png"))
    assert layout.files == ()
    with pytest.raises(
        DataError, match=r"split folders \(test, train\) hold images and no class folder.*Put the"
    ):
        layout.require_files()
    assert show(scan_folder(tmp_path, "{label}")) == [
        ("test/1.png", "test", None),
        ("train/2.png", "train", None),
    ]


def test_a_folder_that_only_wraps_is_stepped_into(tmp_path: Path) -> None:
    scan = scan_folder(make(tmp_path, "archive/data/a/1.png", "archive/data/b/2.png"))
    assert show(scan) == [("a/1.png", "a", None), ("b/2.png", "b", None)]
    assert scan.root == tmp_path / "archive" / "data"
    scan = scan_folder(make(tmp_path / "other", "archive/train/a/1.png", "archive/train/b/2.png"))
    assert show(scan) == [("train/a/1.png", "a", "train"), ("train/b/2.png", "b", "train")]


def test_one_class_folder_stays_a_class(tmp_path: Path) -> None:
    assert show(scan_folder(make(tmp_path, "a/1.png"))) == [("a/1.png", "a", None)]


def test_hidden_files_and_what_systems_leave_behind_are_passed_over(tmp_path: Path) -> None:
    scan = scan_folder(
        make(
            tmp_path,
            "a/1.png",
            "a/._1.png",
            "a/Thumbs.db",
            ".git/2.png",
            "__MACOSX/a/._1.png",
            "a/.hidden/3.png",
        )
    )
    assert [file.name for file in scan.files] == ["a/1.png"]
    assert scan.left_out == ()


def test_odd_names(tmp_path: Path) -> None:
    names = ["Größe 1/bild (1).png", "日本/画像.png", "a;b'c/x&y %20.jpeg", "Größe 1/.. .png.png"]
    scan = scan_folder(make(tmp_path, *names[:3]))
    assert {file.name for file in scan.files} == set(names[:3])


def test_decomposed_and_composed_letters_are_one_class(tmp_path: Path) -> None:
    scan = scan_folder(make(tmp_path, "train/Ko\u0308pfe/1.png", "test/K\u00f6pfe/2.png"))
    assert {file.label for file in scan.files} == {"K\u00f6pfe"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_spaces_around_a_class_are_not_part_of_its_name(tmp_path: Path) -> None:
    scan = scan_folder(make(tmp_path, "train/glioma /1.png", "test/glioma/2.png", "test/no/3.png"))
    assert show(scan) == [
        ("test/glioma/2.png", "glioma", "test"),
        ("test/no/3.png", "no", "test"),
        ("train/glioma /1.png", "glioma", "train"),
    ]


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png")
    with open(os.fsencode(tmp_path) + b"/a/\xff.png", "wb"):  # noqa: PTH123
        pass
    assert scan_folder(tmp_path).left_out == (
        ("a/?.png", "its name is not valid Unicode; rename it"),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "secret/1.png")
    root = make(tmp_path / "root", "a/1.png")
    (root / "b").symlink_to(outside / "secret")
    (root / "a" / "2.png").symlink_to(outside / "secret" / "1.png")
    (root / "a" / "loop").symlink_to(root)
    assert [file.name for file in scan_folder(root).files] == ["a/1.png"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], r"There is no image in .*MedApp reads .*bmp, "),
        (["notes.txt", "a/scan.nii.gz"], r"a/scan\.nii\.gz: a NIfTI image.*1 \.txt"),
        (["1.png", "2.png"], r"no class folder.*Put the images of each class into a folder"),
        (["images/1.png"], r"All images stand in images, which tells no class"),
        (["x.csv"], r"There is no image in .* \(1 \.csv\)"),
        (
            ["one/1.png", "x.csv"],
            r"All images stand in one, beside a table.*x\.csv, which is not used",
        ),
    ],
)
def test_a_folder_without_classes_says_what_to_do(
    tmp_path: Path, names: list[str], reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        scan_folder(make(tmp_path, *names)).require_files()


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        scan_folder(tmp_path / "nowhere")
    for name, kind in (
        ("file.png", "an image"),
        ("set.tar.gz", "a packed archive"),
        ("x.npz", "a NumPy archive"),
        ("x", "a file without a suffix"),
    ):
        with pytest.raises(DataError, match=rf"is {kind}.* and no folder\. MedApp reads a folder"):
            scan_folder(make(tmp_path, name) / name)
    with pytest.raises(
        DataError, match=r"x\.csv is a table .*Give the folder of the images"
    ) as told:
        scan_folder(make(tmp_path, "x.csv") / "x.csv")
    assert told.value.in_shell.endswith("and the table with --labels.")


@pytest.mark.parametrize("path", ["/proc", "/proc/1", "/sys", "/dev/shm"])
def test_where_the_system_describes_itself_is_refused_at_once(path: str) -> None:
    with pytest.raises(DataError, match="holds no images"):
        scan_folder(Path(path))


@pytest.mark.skipif(os.name == "nt", reason="a disk has a letter there, and a disc is one")
def test_the_whole_disk_is_refused_at_once() -> None:
    with pytest.raises(DataError, match="/ is the whole disk"):
        scan_folder(Path("/"))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="a superuser may read everything"
)
def test_a_folder_without_permission_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "b").chmod(0)
    try:
        assert scan_folder(tmp_path).left_out == (
            ("b", "the folder cannot be read (Permission denied)"),
        )
    finally:
        (tmp_path / "b").chmod(0o700)
