"""Labels as programs store them."""

import numpy as np
import pytest

from medapp.data.containers.labels import read_findings, read_labels
from medapp.data.containers.medmnist import find_known_set
from medapp.errors import DataError


def test_numbers_are_named_by_the_published_set() -> None:
    known = find_known_set("PneumoniaMNIST_128 (1)")
    labels = read_labels(np.array([[1], [0], [1]], np.uint8), known=known)
    assert labels.texts == ("pneumonia", "normal", "pneumonia")
    assert labels.classes == ("normal", "pneumonia")
    assert labels.task == "single-label"


def test_a_set_is_known_by_its_whole_name() -> None:
    assert find_known_set("organmnist3d_64").title == "OrganMNIST3D"  # type: ignore[union-attr]
    assert find_known_set("my_pneumoniamnist_of_adults") is None
    assert find_known_set("tinymnist") is None


def test_a_number_beyond_the_names_is_called_by_its_number() -> None:
    labels = read_labels(np.array([0, 7]), known=find_known_set("pneumoniamnist"))
    assert labels.classes == ("class 0", "class 7")
    assert "there are 2 names" in labels.sentences[0]


def test_numbers_sort_as_numbers_and_a_negative_one_is_no_label() -> None:
    labels = read_labels(np.array([10.0, 2.0, -1.0, np.nan]))
    assert labels.texts == ("class 10", "class 2", None, None)
    assert labels.classes == ("class 2", "class 10")


def test_names_in_the_file_name_the_numbers() -> None:
    assert read_labels(np.array([1, 0]), ["cat", "dog"]).texts == ("dog", "cat")


def test_one_hot_rows_are_one_label() -> None:
    labels = read_labels(np.array([[0, 1, 0], [1, 0, 0]]), ["a", "b", "c"])
    assert (labels.texts, labels.classes, labels.task) == (("b", "a"), ("a", "b"), "single-label")


def test_rows_of_several_findings_keep_what_is_unknown() -> None:
    labels = read_labels(np.array([[1, 0, 1], [0, 0, 0], [-1, 1, np.nan]]))
    assert labels.texts == ("class 0|class 2", "", "?class 0|class 1|?class 2")
    assert labels.task == "multi-label"
    assert "3 findings; 2 are not known" in labels.sentences[0]


def test_one_finding_in_each_row_is_several_labels_where_the_set_is_known_to_be() -> None:
    rows = np.eye(14, dtype=np.uint8)[[2, 13]]
    labels = read_labels(rows, known=find_known_set("chestmnist"))
    assert labels.task == "multi-label"
    assert labels.texts == ("effusion", "hernia")
    assert len(labels.classes) == 14


def test_texts_are_the_classes_themselves() -> None:
    labels = read_labels(np.array([b" NORMAL", b"TB", b""]))
    assert (labels.texts, labels.classes) == (("NORMAL", "TB", None), ("NORMAL", "TB"))


def test_lists_of_numbers_are_findings() -> None:
    labels = read_findings([[0, 2], [], None], ["a", "b|c", "d"])
    assert labels.texts == ("a|d", "", None)
    assert labels.classes == ("a", "b/c", "d")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.array([0.5, 1.25]), "measurements"),
        (np.arange(100), "no classes"),
        (np.array([[0, 2], [1, 3]]), "other numbers than 0, 1 and -1"),
        (np.zeros((3, 4, 4)), "not one row an image"),
        (np.zeros((3, 4)), "hold no 1"),
        (np.array(["x" * 301, "y"]), "no names of classes"),
    ],
)
def test_what_is_no_label_is_said(values: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_labels(values)
