"""What would come in is said before anything is stored, and is what then comes in."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import SHEET, choose_sheet, load_sheet, preview
from medapp.data.layouts.left_out import PassedOver
from medapp.store.workspace import open_workspace


def make(root: Path, *names: str) -> Path:
    """Images and other files; each image has a grey of its own."""
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".png":
            image = Image.new("L", (32, 24), number * 7 % 250)
            image.putpixel((number % 32, 3), 255)
            image.save(path)
        else:
            path.write_text("x", encoding="utf-8")
    return root


def make_set(root: Path) -> Path:
    return make(
        root,
        *(f"train/{label}/P{p}_{n}.png" for label in "ab" for p in range(4) for n in range(2)),
        *(f"test/{label}/P9_{n}.png" for label in "ab" for n in range(3)),
        "train/a/P0_0_mask.png",
        "train/a/notes.txt",
        "train/b/notes.txt",
    )


def test_a_preview_says_classes_splits_patients_and_what_stays_out(tmp_path: Path) -> None:
    shown = preview(make_set(tmp_path / "x"), ImportChoice(patient_pattern="^P\\d+"))
    assert shown.kind == "a folder"
    assert shown.count_classes() == {"train": {"a": 8, "b": 8}, "test": {"a": 3, "b": 3}}
    assert shown.patients == 5
    assert shown.layout.list_passed_over() == (
        PassedOver("a mask, and no image", 1, "train/a/P0_0_mask.png"),
        PassedOver(".txt", 2, "train/a/notes.txt"),
    )
    assert "train and test splits are kept" in shown.split_origin


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_was_read_is_not_passed_over(tmp_path: Path, is_packed: bool) -> None:
    root = make(tmp_path / "set", "1.png", "2.png", "notes.txt", "old/other.csv")
    (root / "labels.csv").write_text("image,label\n1,a\n2,b\n", "utf-8")
    (root / "boxes.csv").write_text("image,label,x0,y0,x1,y1\n1.png,a,1,1,9,9\n", "utf-8")
    found = preview(pack(root, tmp_path / "set.zip") if is_packed else root).layout
    assert found.passed_over == (
        PassedOver(".txt", 1, "notes.txt"),
        PassedOver(".csv", 1, "old/other.csv"),
    )


def test_a_file_that_names_classes_is_not_passed_over_and_one_that_does_not_is(
    tmp_path: Path,
) -> None:
    root = make(tmp_path, "0/1.png", "1/2.png", "labels.txt", "classes.txt")
    (root / "labels.txt").write_text("0 healthy\n1 ill\n", "utf-8")
    found = preview(root).layout
    assert found.classes == ("healthy", "ill")
    assert found.passed_over == (PassedOver(".txt", 1, "classes.txt"),)


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_was_previewed_is_what_comes_in(tmp_path: Path, is_packed: bool) -> None:
    path = make_set(tmp_path / "x")
    if is_packed:
        path = pack(path, tmp_path / "x.zip")
    shown = preview(path, ImportChoice(patient_pattern="^P\\d+"))
    report = add_path(
        open_workspace(tmp_path / "home"), path, choice=ImportChoice(patient_pattern="^P\\d+")
    )
    assert report.patients == shown.patients
    assert report.images == len(shown.layout.files)
    assert report.data_set.classes == shown.layout.classes
    assert report.data_set.split_origin == shown.split_origin
    # The first sentence names the folder that the images are in, which a zip's are copied to.
    assert [*shown.describe()[1:]] == [*report.sentences[1:], shown.split_origin]


def pack(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder).as_posix())
    return to


def test_a_sheet_shows_as_many_of_each_class_from_first_to_last(tmp_path: Path) -> None:
    make(tmp_path, *(f"{label}/{n:02}.png" for label in "ab" for n in range(30)), "c/00.png")
    shown = preview(tmp_path)
    names = [file.name for file in choose_sheet(shown.layout)]
    assert names == [f"{label}/{n}.png" for label in "ab" for n in ("00", "09", "19", "29")] + [
        "c/00.png"
    ]
    assert len(choose_sheet(shown.layout, 2)) == 2
    assert len(names) <= SHEET


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_image_of_a_sheet_that_cannot_be_read_says_why(tmp_path: Path, is_packed: bool) -> None:
    path = make(tmp_path / "x", "a/1.png", "b/1.png")
    (path / "b" / "1.png").write_bytes(b"no image")
    if is_packed:
        path = pack(path, tmp_path / "x.zip")
    good, bad = load_sheet(preview(path))
    assert Image.open(io.BytesIO(good.jpeg)).size == (32, 24)
    assert (bad.jpeg, bad.file.name) == (b"", "b/1.png")
    assert bad.reason


def test_a_question_is_kept_with_its_answers(tmp_path: Path) -> None:
    make(tmp_path, *(f"{top}/{label}/{n}.png" for top in "xy" for label in "ab" for n in range(2)))
    shown = preview(tmp_path)
    assert "either may be the classes" in shown.layout.question
    assert "{any}/{label}" in {way.template for way in shown.layout.candidates}
    assert shown.to_dict()["question"] == shown.layout.question
    answered = preview(tmp_path, ImportChoice(layout="{site}/{label}"))
    assert answered.count_classes() == {"": {"a": 4, "b": 4}}


def test_one_class_is_said_before_it_comes_in(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png", "a/2.png")
    (warning,) = preview(tmp_path).to_dict()["warnings"]
    assert warning["kind"] == "one-class"
