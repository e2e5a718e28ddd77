"""Numbered folders are called as the file beside them says, or stay numbers."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from medapp.data.importing.adding import inspect
from medapp.data.layouts.class_names import find_names


@pytest.mark.parametrize(
    ("text", "classes", "names"),
    [
        ("0 healthy\n1 doubtful\n", "0 1", "healthy doubtful"),
        ("0: no finding\n1: old, healed\n", "0 1", "no finding|old, healed"),
        ("0,benign\n1,malignant", "0 1", "benign malignant"),
        ("benign 0\nmalignant 1\n", "0 1", "benign malignant"),
        ("benign\nmalignant\n", "0 1", "benign malignant"),
        ("benign\nmalignant\n", "1 2", "benign malignant"),
        ("background\nbenign\nmalignant\n", "1 2", "benign malignant"),
        ("a\nb\nc\n", "0 2", "a c"),
        ("0 a\n1 b\n", "00 01", "a b"),
        ("n01 tench, Tinca\nn02 shark\n", "n01 n02", "tench, Tinca|shark"),
        ('{"0": "a", "1": "b"}', "0 1", "a b"),
        ('["a", "b"]', "0 1", "a b"),
        ("0 a\n", "0 1", None),
        ("0 same\n1 same\n", "0 1", None),
        ("a\n", "0 1 2", None),
        ("a\nb\n", "benign malignant", None),
        ("", "0 1", None),
        ("{", "0 1", None),
        ("[" * 10**5, "0 1", None),
    ],
)
def test_names_of_classes(text: str, classes: str, names: str | None) -> None:
    labels = tuple(classes.split())
    expected = {} if names is None else names.split("|" if "|" in names else " ")
    assert find_names(labels, text) == (dict(zip(labels, expected, strict=True)) if names else {})


def make(root: Path, text: str) -> Path:
    for label in ("0", "1", "10"):
        (root / label).mkdir(parents=True)
        for number in range(2):
            Image.new("L", (8, 8), 20 * number).save(root / label / f"{number}.png")
    (root / "labels.txt").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_file_beside_the_folders_names_them(tmp_path: Path, is_packed: bool) -> None:
    path = make(tmp_path / "x", "0 z\n1 y\n10 x\n" + "#" * 5000)
    if is_packed:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for file in path.rglob("*.*"):
                archive.write(file, file.relative_to(path).as_posix())
        path = tmp_path / "x.zip"
    layout = inspect(path)
    assert layout.classes == ("z", "y", "x")
    assert {file.name.split("/")[0]: file.label for file in layout.files} == {
        "0": "z",
        "1": "y",
        "10": "x",
    }
    assert "The classes are named by labels.txt: 0 is z, 1 is y, 10 is x." in layout.describe()


def test_a_file_that_does_not_fit_is_said(tmp_path: Path) -> None:
    layout = inspect(make(tmp_path, "0 z\n"))
    assert layout.classes == ("0", "1", "10")
    assert layout.remarks == ("labels.txt does not name the classes 0, 1, 10.",)
