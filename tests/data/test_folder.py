"""Folders as people keep them."""

import os
import sys
from pathlib import Path

import pytest

from medapp.data.folder import Scan, find_split, list_images, read_boxes, scan_folder
from medapp.errors import DataError
from medapp.imaging.geometry import Box


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    return root


def show(scan: Scan) -> list[tuple[str, str, str | None]]:
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


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("TRAIN_SET", "train"),
        ("train-data", "train"),
        ("1_train", "train"),
        ("val", "validation"),
        ("Valid", "validation"),
        ("validation set", "validation"),
        ("dev", "validation"),
        ("test", "test"),
        ("Testing", "test"),
        ("test_images", "test"),
        ("glioma", None),
        ("tested positive", None),
        ("trainer", None),
        ("set", None),
        ("", None),
    ],
)
def test_spellings_of_splits(name: str, split: str | None) -> None:
    assert find_split(name) == split


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


def test_classes_may_be_called_like_splits(tmp_path: Path) -> None:
    assert show(scan_folder(make(tmp_path, "test/1.png", "train/2.png"))) == [
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
        ([], r"looked for \.png"),
        (["notes.txt"], r"looked for \.png"),
        (["1.png", "2.png"], r"1\.png: it stands in no class folder"),
    ],
)
def test_a_folder_without_classes_says_what_to_do(
    tmp_path: Path, names: list[str], reason: str
) -> None:
    with pytest.raises(DataError, match=rf"{reason}.*Put the images of each class into a folder"):
        scan_folder(make(tmp_path, *names))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        scan_folder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="There is no folder"):
        scan_folder(make(tmp_path, "file.png") / "file.png")


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


HEADER = "image,label,x0,y0,x1,y1,contour\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_boxes_by_image(tmp_path: Path) -> None:
    text = (
        HEADER
        + 'a/1.png,tumor,1,2,3.5,4,"1,2 3,4"\na\\1.png,cyst,0,0,1,1,\n./ä/2.png,tumor,5,5,6,6,\n'
    )
    boxes, faults = read_boxes(
        write(tmp_path / "boxes.csv", text, "utf-8-sig"), ["a/1.png", "ä/2.png"]
    )
    assert boxes == {
        "a/1.png": [Box("tumor", 1, 2, 3.5, 4), Box("cyst", 0, 0, 1, 1)],
        "ä/2.png": [Box("tumor", 5, 5, 6, 6)],
    }
    assert faults == []


@pytest.mark.parametrize(
    "row",
    [
        "b.png,t,0,0,1,1",
        "a.png,t,0,0,1",
        "a.png,t,zero,0,1,1",
        "a.png,t,1,0,1,1",
        "a.png,t,0,nan,1,1",
        "a.png,t,0,0,inf,1",
        "a.png",
    ],
)
def test_a_bad_row_is_left_out_with_its_line(tmp_path: Path, row: str) -> None:
    boxes, faults = read_boxes(
        write(tmp_path / "boxes.csv", f"{HEADER}a.png,t,0,0,1,1\n{row}\n"), ["a.png"]
    )
    assert boxes == {"a.png": [Box("t", 0, 0, 1, 1)]}
    assert len(faults) == 1
    assert faults[0][1].startswith("1 of its rows are left out (line 3: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column image"),
        (b"image,label\n", "no column x0"),
        (b"\xff\xfe\x00\x01", "cannot be read as a table"),
        (b'image,label,x0,y0,x1,y1\n"' + b"x" * 200_000, "cannot be read as a table"),
    ],
)
def test_a_table_that_is_none_is_said_and_the_images_stay(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "boxes.csv").write_bytes(content)
    boxes, faults = read_boxes(tmp_path / "boxes.csv", ["a.png"])
    assert boxes == {}
    assert reason in faults[0][1]


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
