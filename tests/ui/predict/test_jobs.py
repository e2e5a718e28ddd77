"""What a page says of many predictions."""

from pathlib import Path

from medapp.notes import Note
from medapp.prediction.table import Row
from medapp.ui.predict.jobs import count_predictions

BLANK = Note("blank", "Nothing is on it.", "grave")
PAGE = Note("frame", "Frame 2 is used.", "info")


def test_what_shows_nothing_is_not_counted_as_a_prediction() -> None:
    rows = [
        Row(Path("a.png"), "flu_A", {"flu_A": 0.9}, None),
        Row(Path("b.png"), "flu_A", {"flu_A": 0.8}, None, (PAGE,)),
        Row(Path("c.png"), "flu_A", {"flu_A": 1.0}, None, (BLANK,)),
        Row(Path("d.png"), None, {}, "damaged"),
    ]
    assert count_predictions(rows) == (
        r"Predicted: 2 flu\_A. 1 with nothing on it to judge, not counted. 1 could not be read."
    )
    assert count_predictions([]) == ""


def test_a_blank_image_without_an_answer_counts_once() -> None:
    blank = Row(Path("a.png"), None, {}, None, (BLANK,), refusal="Not answered: unlike.")
    assert count_predictions([blank]) == ("1 not answered: unlike all that the model learned from.")


def test_an_image_counts_for_each_of_its_findings() -> None:
    limits = {"mass": 0.2, "scar": 0.6}
    rows = [
        Row(Path("a.png"), "mass, scar", {"mass": 0.9, "scar": 0.7}, None, (), limits),
        Row(Path("b.png"), "mass", {"mass": 0.3, "scar": 0.5}, None, (), limits),
        Row(Path("c.png"), "none", {"mass": 0.1, "scar": 0.5}, None, (), limits),
    ]
    assert count_predictions(rows) == "Predicted: 2 mass, 1 scar, 1 none."
