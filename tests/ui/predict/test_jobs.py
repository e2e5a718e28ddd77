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
