"""Classes in the names of files are offered, and never taken without an answer."""

from pathlib import Path

import pytest

from medapp.data.layouts.listing import Listing
from medapp.data.layouts.naming import guess_name_templates
from medapp.data.layouts.reading import read_layout


def spread(form: str, *labels: str, count: int = 4) -> list[tuple[str, ...]]:
    return [
        tuple(form.format(label=label, number=number).split("/"))
        for label in labels
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("form", "template"),
    [
        ("{label}_{number:03}.png", "{label}_{number}.*"),
        ("{label} ({number}).png", "{label} ({number}).*"),
        ("{label}{number}.png", "{label}{number}.*"),
        ("{label}-P{number}.png", "{label}-{any}.*"),
        ("{label}.{number}.jpg", "{label}.{number}.*"),
        ("{number}_{label}.png", "{number}_{label}.*"),
        ("{number}-{label}.png", "{any}-{label}.*"),
        ("train/{label}_{number}.png", "{split}/{label}_{number}.*"),
        ("images/{label}_{number}.png", "{any}/{label}_{number}.*"),
        ("CXR_png/{label}_{number}.png", "{any}/{label}_{number}.*"),
        ("MCUCXR_{number:04}_{label}.png", "{any}_{number}_{label}.*"),
    ],
)
def test_forms_of_names(form: str, template: str) -> None:
    names = spread(form, "benign", "malignant")
    assert guess_name_templates(names)[:1] == [template]
    layout = read_layout(Path("root"), Listing(tuple(names), (), (), {}))
    assert layout.question
    assert layout.files == ()
    (way, *_) = layout.candidates
    assert (way.template, way.classes, way.images) == (template, ("benign", "malignant"), 8)
    answered = read_layout(Path("root"), Listing(tuple(names), (), (), {}), template)
    assert answered.count_classes() == {"benign": 4, "malignant": 4}
    bare = read_layout(Path("root"), Listing(tuple(names), (), (), {}), template[:-2])
    assert (bare.template, bare.files) == (template, answered.files)
    assert "Classes are the file names: benign 4, malignant 4." in answered.describe()


@pytest.mark.parametrize(
    "names",
    [
        spread("{number:05}.png", "x"),
        spread("{label}_{number}.png", "P01", "P02", "P03"),
        spread("{label}_{number}.png", "benign"),
        spread("{label}/{label}{number}.png", "train", "val"),
        spread("{label}_{number}.png", "train", "test"),
        spread("{label}_{number}.png", *(f"word{c}" for c in "abcdefghijklmnopqrstuvwxyz1234567")),
        [("a_1.png",), ("b_1.png",)],
        [],
    ],
)
def test_names_that_tell_no_classes(names: list[tuple[str, ...]]) -> None:
    assert guess_name_templates(names) == []


def test_names_that_end_in_0_and_1_tell_two_classes() -> None:
    names = [("CXR_png", f"MCUCXR_{number:04}_{number % 2}.png") for number in range(8)]
    assert guess_name_templates(names) == ["{any}/{any}_{number}_{label}.*"]
    layout = read_layout(Path("root"), Listing(tuple(names), (), (), {}))
    assert "All images stand in CXR_png" in layout.question
    assert [(way.template, way.classes) for way in layout.candidates] == [
        ("{any}/{any}_{number}_{label}.*", ("0", "1")),
        ("{label}", ("CXR_png",)),
    ]


def test_one_class_folder_whose_names_tell_nothing_stays_a_class() -> None:
    names = [("pneumonia", f"scan{number:04}.png") for number in range(8)]
    layout = read_layout(Path("root"), Listing(tuple(names), (), (), {}))
    assert not layout.question
    assert layout.classes == ("pneumonia",)
