"""What folders mean, as people really have them."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.layouts.layout import Layout
from medapp.data.layouts.listing import Listing
from medapp.data.layouts.reading import read_layout
from medapp.data.layouts.recognition import recognise
from medapp.errors import DataError


def spread(*folders: str, images: int = 2) -> list[str]:
    return [f"{folder}/{i}.png" for folder in folders for i in range(images)]


def cross(*levels: list[str]) -> list[str]:
    return spread(*("/".join(parts) for parts in itertools.product(*levels)))


def read(names: list[str], template: str | None = None) -> Layout:
    images = tuple(tuple(name.split("/")) for name in names)
    return read_layout(Path("root"), Listing(images, (), (), ()), template)


PATIENTS = [f"P{i:02d}" for i in range(6)]
IDS = ["9290211", "9299531", "9030418"]


@pytest.mark.parametrize(
    ("names", "template", "classes"),
    [
        (spread("a", "b"), "{label}", "a b"),
        (cross(["train", "test"], ["a", "b"]), "{split}/{label}", "a b"),
        (cross(["test"], ["a", "b"]), "{split}/{label}", "a b"),
        (cross(["val"], ["a", "b"]), "{split}/{label}", "a b"),
        (cross(["a", "b"], ["train", "valid", "test"]), "{label}/{split}", "a b"),
        (
            cross(["benign"], PATIENTS) + cross(["malignant"], ["P51", "P52"]),
            "{label}/{patient}",
            "benign malignant",
        ),
        (cross(["0"], IDS) + cross(["1"], ["9290212", "9290213"]), "{label}/{patient}", "0 1"),
        (cross(PATIENTS, ["benign", "malignant"]), "{patient}/{label}", "benign malignant"),
        (cross(["train", "test"], ["a", "b"], PATIENTS), "{split}/{label}/{patient}", "a b"),
        (cross(["a", "b"], ["train", "test"], PATIENTS), "{label}/{split}/{patient}", "a b"),
        (cross(["site1", "site2"], ["a", "b"]), "{site}/{label}", "a b"),
        (cross(["a", "b"], ["images"]), "{label}", "a b"),
        (cross(["COVID", "Normal"], ["images", "masks"]), "{label}", "COVID Normal"),
        (cross(["wrap"], ["data"], ["a", "b"]), "{label}", "a b"),
        (cross(["images", "labels"], ["train", "test"], ["a", "b"]), "{split}/{label}", "a b"),
        (cross(["one"], PATIENTS), "{label}/{patient}", "one"),
        (spread("with_mask", "without_mask"), "{label}", "with_mask without_mask"),
        (spread(*"0123456789", "10"), "{label}", "0 1 2 3 4 5 6 7 8 9 10"),
    ],
)
def test_a_layout_that_is_certain(names: list[str], template: str, classes: str) -> None:
    layout = read(names)
    assert (layout.question, layout.template) == ("", template)
    assert layout.classes == tuple(classes.split())


@pytest.mark.parametrize(
    ("names", "question", "candidates"),
    [
        (spread("train", "val"), "split folders (train, val) hold images and no class", ""),
        (spread("test"), "split folders (test) hold images and no class", ""),
        (spread("a", "b", "test"), "called like a split", "{label}"),
        (cross(["train", "test"], ["images"]), "stand in images within test, train", ""),
        (spread("fold1", "fold2", "fold3"), "look like folds of a cross-validation", "{label}"),
        (cross(["fold_0", "fold_1"], ["a", "b"]), "look like folds", "{any}/{label}"),
        (
            cross(["fold1", "fold2"], ["train", "test"], ["a", "b"]),
            "folds of a cross-validation",
            "fold1/{split}/{label}",
        ),
        (
            cross(["set A", "set B"], ["train", "test"], ["a", "b"]),
            "several data sets",
            "set A/{split}/{label}",
        ),
        (spread(*PATIENTS), "look like patients, not like classes", "{label}"),
        (
            spread(*(f"P{i:03}_{kind}" for i, kind in enumerate(["benign", "malignant"] * 3))),
            "look like patients, not like classes",
            "{patient}_{label}",
        ),
        (
            spread(*(f"{kind} P{i:03}" for i, kind in enumerate(["benign", "malignant"] * 3))),
            "look like patients, not like classes",
            "{label} {patient}",
        ),
        (cross(["Leipzig", "Bonn"], ["a", "b"]), "either may be the classes", "{any}/{label}"),
        (
            cross(["benign"], ["adenosis", "fibroadenoma"]) + cross(["malignant"], ["ductal"]),
            "kinds within a class, or the classes of several data sets",
            "{label}",
        ),
        (spread("images"), "All images stand in images, which tells no class", ""),
        (["1.png", "2.png"], "There is no class folder; images without one: 2.", ""),
    ],
)
def test_a_layout_that_is_asked_about(names: list[str], question: str, candidates: str) -> None:
    layout = read(names)
    assert question in layout.question
    assert layout.files == ()
    assert [c.template for c in layout.candidates][:1] == ([candidates] if candidates else [])
    with pytest.raises(DataError) as refused:
        layout.require_files()
    assert all(c.template in str(refused.value) for c in layout.candidates)
    for candidate in layout.candidates:
        answered = read(names, candidate.template)
        assert len(answered.files) == candidate.images > 0
        assert answered.classes == candidate.classes


def test_a_candidate_says_what_it_gives() -> None:
    first = read(cross(["Leipzig", "Bonn"], ["a", "b"])).candidates[0]
    assert (first.template, first.images, first.classes) == ("{any}/{label}", 8, ("a", "b"))
    assert first.describe() == "8 images of 2 classes (a, b)"


def test_patients_and_sites_come_from_folders() -> None:
    layout = read(cross(PATIENTS, ["a", "b"]))
    assert {file.patient for file in layout.files} == set(PATIENTS)
    assert "Patients are the first folders: 6." in layout.describe()
    layout = read(cross(["site1", "site2"], ["a", "b"]))
    assert {file.site for file in layout.files} == {"site1", "site2"}


def test_masks_are_left_out_and_said() -> None:
    layout = read(["a/x (1).png", "a/x (1)_mask.png", "a/x (1)_mask_1.png", "b/y.png"])
    assert [file.name for file in layout.files] == ["a/x (1).png", "b/y.png"]
    assert layout.left_out == (
        ("a/x (1)_mask.png", "a mask, and no image"),
        ("a/x (1)_mask_1.png", "a mask, and no image"),
    )


FOLDERS = st.sampled_from(
    ["train", "test", "a", "b", "P01", "P02", "images", "masks", "fold1", "9"]
)
PATHS = st.lists(st.lists(FOLDERS, min_size=0, max_size=4).map(tuple), min_size=1, max_size=12)


@given(PATHS)
def test_every_image_is_used_or_left_out_or_asked_about(folders: list[tuple[str, ...]]) -> None:
    names = ["/".join((*parts, f"{i}.png")) for i, parts in enumerate(folders)]
    layout = read(names)
    below = str(layout.root.relative_to("root")).replace(".", "").strip("/")
    used = [f"{below}/{file.name}".strip("/") for file in layout.files]
    left = [
        f"{below}/{name}".strip("/") for name, reason in layout.left_out if "mask" not in reason
    ]
    masks = [name for name, reason in layout.left_out if "mask" in reason]
    if layout.question:
        assert used == []
    else:
        assert sorted([*used, *left, *masks]) == sorted(names)
    # No split folder, and no folder that says nothing, is ever a class unless images tell it apart.
    assert {"train"} != {file.label for file in layout.files}


@given(PATHS)
def test_the_reading_does_not_hang_on_the_order(folders: list[tuple[str, ...]]) -> None:
    assert recognise(folders) == recognise(folders[::-1])
