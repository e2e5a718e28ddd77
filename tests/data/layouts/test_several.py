"""Several data sets below one folder, and folders that only look like that."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from medapp.data.importing.adding import inspect
from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.layout import Below


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at")
    return root


CHEST = [f"chest/{label}/{i}.png" for label in ("normal", "pneumonia") for i in range(3)]
BRAIN = [
    f"brain/{split}/{label}/{i}.png"
    for split in ("Training", "Testing")
    for label in ("glioma", "normal")
    for i in range(2)
]


def test_folders_of_data_sets_are_told_apart_and_offered(tmp_path: Path) -> None:
    found = scan_folder(make(tmp_path / "data", *CHEST, *BRAIN))
    assert found.question == (
        "data seems to hold several data sets: brain, 8 images of 2 classes; chest, 6 images of 2"
        " classes."
    )
    assert found.below == (
        Below("brain", 8, ("glioma", "normal")),
        Below("chest", 6, ("normal", "pneumonia")),
    )
    assert found.remedy == f"Add one of them alone, such as {tmp_path / 'data' / 'brain'}."
    assert scan_folder(found.root / found.below[0].path).template == "{split}/{label}"


def test_folders_that_were_taken_for_classes_become_a_question(tmp_path: Path) -> None:
    flat = [f"loose/{i}.png" for i in range(40)]
    found = scan_folder(make(tmp_path / "data", *CHEST, *BRAIN, *flat))
    assert found.question.startswith("data seems to hold several data sets: brain")
    assert [way.template for way in found.candidates] == ["{label}"]
    assert Below("loose", 40, ()) in found.below
    assert len(scan_folder(tmp_path / "data", "{label}").files) == 54


def test_tables_of_their_own_make_data_sets(tmp_path: Path) -> None:
    root = make(tmp_path / "data", *(f"{s}/{i}.png" for s in ("eye", "skin") for i in range(4)))
    (root / "eye" / "list.csv").write_text("image,dx\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n")
    (root / "skin" / "meta.csv").write_text("file,label\n0.png,c\n1.png,d\n2.png,c\n3.png,d\n")
    found = scan_folder(root)
    assert found.below == (Below("eye", 4, ("a", "b")), Below("skin", 4, ("c", "d")))


def test_a_file_of_many_images_beside_a_folder_is_a_data_set(tmp_path: Path) -> None:
    root = make(tmp_path / "data", *CHEST, *BRAIN)
    np.savez(root / "cells.npz", images=np.zeros((2, 4, 4)))
    found = scan_folder(root)
    assert Below("cells.npz", 0, ()) in found.below
    assert "cells.npz, a NumPy archive (.npz)" in found.question


@pytest.mark.parametrize(
    "names",
    [
        # Sites, folds and parts have the same classes.
        [f"{s}/{c}/{i}.png" for s in ("Roma", "Bern", "Graz") for c in "ab" for i in range(2)],
        [f"fold{s}/{c}/{i}.png" for s in range(3) for c in "ab" for i in range(2)],
        # One site lacks a class.
        ["Roma/a/1.png", "Roma/b/2.png", "Roma/c/5.png", "Bern/a/3.png", "Bern/b/4.png"],
    ],
)
def test_the_same_classes_in_several_folders_are_asked_about_as_before(
    tmp_path: Path, names: list[str]
) -> None:
    found = scan_folder(make(tmp_path / "data", *names))
    assert "several data sets" not in found.question
    assert found.question
    assert len(found.below) > 1


@pytest.mark.parametrize(
    "names",
    [
        ["a/1.png", "a/more/2.png", "b/3.png", "b/4.png"],
        ["a/x/1.png", "a/2.png", "a/3.png", "a/4.png", "b/y/5.png", "b/6.png", "b/7.png"],
        [f"a/P00{i}/{j}.png" for i in range(3) for j in range(2)]
        + [f"b/P01{i}/{j}.png" for i in range(3) for j in range(2)],
    ],
)
def test_class_folders_with_folders_in_them_stay_classes(tmp_path: Path, names: list[str]) -> None:
    found = scan_folder(make(tmp_path / "data", *names))
    assert not found.question
    assert found.classes == ("a", "b")
    assert found.below == ()


def test_a_zip_of_several_data_sets_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in (*CHEST, *BRAIN):
            packed.writestr(f"data/{name}", b"not looked at")
    found = inspect(path)
    assert "seems to hold several data sets" in found.question
    assert [below.path for below in found.below] == ["data/brain", "data/chest"]
