"""What each folder of a path says."""

import pytest

from medapp.data.layouts.template import Template, find_split
from medapp.errors import DataError


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


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("{label}", "a/b/c", {"label": "a"}),
        ("{patient}/{label}", "P1/a", {"patient": "P1", "label": "a"}),
        ("{label}/{split}", "a/Training", {"label": "a", "split": "train"}),
        ("{label}/{split}", "a/other", None),
        ("{patient}/{label}", "P1", None),
        ("{any}/{label}", "x/a", {"label": "a"}),
        ("fold1/{split}/{label}", "fold1/val/a", {"label": "a", "split": "validation"}),
        ("fold1/{split}/{label}", "fold2/val/a", None),
        ("{label}/{patient}_{any}", "a/P1_left_2", {"label": "a", "patient": "P1"}),
        ("{site}.{label}", "x.y.z", {"site": "x", "label": "y.z"}),
    ],
)
def test_matches(template: str, path: str, found: dict[str, str] | None) -> None:
    assert Template(template).match([*path.split("/"), "1.png"]) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "{patient}",
        "{label}/{label}",
        "{labl}/{label}",
        "/{label}",
        "{label}//{any}",
        "{}/{label}",
    ],
)
def test_what_is_no_template_is_refused_in_words(text: str) -> None:
    with pytest.raises(DataError, match=r"cannot be used\. Name folders from the top"):
        Template(text)


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("{label}_{number}.*", "benign_012.png", {"label": "benign"}),
        ("{label}_{number}.*", "no_finding_012.png", {"label": "no_finding"}),
        ("{label}_{number}.*", "benign_x.png", None),
        ("{label}{number}.*", "benign012.png", {"label": "benign"}),
        ("{label}.{any}.*", "cat.0.jpg", {"label": "cat"}),
        ("{label} ({number}).*", "benign (3).png", {"label": "benign"}),
        ("{patient}_{label}_{any}.*", "P1_a_left_2.png", {"label": "a", "patient": "P1"}),
        ("{split}/{label}_{any}.*", "val/a_1.png", {"label": "a", "split": "validation"}),
        ("{split}/{label}_{any}.*", "other/a_1.png", None),
        ("{patient}/{label}_{any}.*", "a_1.png", None),
        ("{any}/{label}_{any}.*", "x/y/a_1.png", {"label": "a"}),
        (r"(?P<label>[a-z]+)\d+\.png$", "deep/down/benign12.png", {"label": "benign"}),
        (r"^(?P<patient>P\d+)/.*_(?P<label>\w)\.", "P7/x_L.png", {"label": "L", "patient": "P7"}),
        (r"(?P<label>[a-z]+)\d+", "12.png", None),
        (r"(?P<split>\w+)/(?P<label>\w)", "dev/a.png", {"label": "a", "split": "validation"}),
    ],
)
def test_names_of_files_match(template: str, path: str, found: dict[str, str] | None) -> None:
    assert Template(template).match(path.split("/")) == found


@pytest.mark.parametrize("text", ["(?P<label>[a-z", "(?P<label>a)(?P<age>b)"])
def test_an_expression_that_cannot_be_used_is_refused_in_words(text: str) -> None:
    with pytest.raises(DataError, match="layout"):
        Template(text)
