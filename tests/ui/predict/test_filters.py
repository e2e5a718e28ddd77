"""Which of many predictions a reader looks at, and what their folders say of them."""

from pathlib import Path

from medapp.prediction.table import Row
from medapp.ui.predict.filters import Filter, choose_rows, find_truth

ROOT = Path("/data/new")
CLASSES = ("normal", "pneumonia")


def build_row(name: str, pneumonia: float | None) -> Row:
    if pneumonia is None:
        return Row(ROOT / name, None, {}, "broken")
    label = "pneumonia" if pneumonia > 0.5 else "normal"
    return Row(ROOT / name, label, {"normal": 1 - pneumonia, "pneumonia": pneumonia}, None)


ROWS = [
    build_row("Normal/a.png", 0.95),
    build_row("pneumonia/b.png", 0.91),
    build_row("pneumonia/c.png", 0.2),
    build_row("pneumonia/d.png", None),
    build_row("e.png", 0.9),
]


def choose(asked: Filter) -> list[int]:
    return choose_rows(ROWS, ROOT, CLASSES, asked)


def test_nothing_asked_shows_all_and_a_probability_those_at_least_so_sure() -> None:
    assert choose(Filter()) == [0, 1, 2, 3, 4]
    assert choose(Filter("pneumonia", 0.9)) == [0, 1, 4]
    assert choose(Filter("normal", 0.5)) == [2]
    assert choose(Filter("pneumonia", 0)) == [0, 1, 2, 4]  # not the one that cannot be read


def test_those_unlike_their_folder_are_those_with_a_label_and_another_prediction() -> None:
    assert choose(Filter(is_wrong=True)) == [0, 2]
    assert choose(Filter("pneumonia", 0.9, is_wrong=True)) == [0]


def test_the_truth_is_the_nearest_folder_that_is_named_after_a_class() -> None:
    assert find_truth(ROOT / "NORMAL" / "x.png", ROOT, CLASSES) == "normal"
    assert find_truth(ROOT / "normal" / "pneumonia" / "x.png", ROOT, CLASSES) == "pneumonia"
    assert find_truth(ROOT / "test" / "x.png", ROOT, CLASSES) is None
    assert find_truth(Path("/a/pneumonia/x.png"), Path("/a/pneumonia"), CLASSES) == "pneumonia"
