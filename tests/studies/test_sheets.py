"""Races and learning curves as rows."""

import pytest
from studies.test_curve import RISING, build_reading

from medapp.evaluation.comparison import Difference
from medapp.studies.board import Board, Place, Reference
from medapp.studies.contrast import Contrast
from medapp.studies.sheets import list_board, list_curve


def test_a_board_with_its_references_and_differences() -> None:
    facts = (("done",), (0.75,), 40, 12.5, None, 64, 8)
    place = Place("fine-tune", "fine-tune", "bundled", "Fine-tune", *facts)
    difference = Difference(0.9, 0.8, (0.02, 0.18))
    contrast = Contrast("Fine-tune", "Scratch", "accuracy", difference, 0.03, 97, 60, "patients")
    reference = Reference("Guessing", 0.5, None)
    rows = list(list_board(Board("accuracy", (place,), (reference,), (contrast,))))
    assert rows[0][2:4] == ("accuracy on validation", "n of validation")
    assert rows[1] == ("Fine-tune", "bundled", 0.75, 40, "", "", "", 12.5, 1, 64, 8)
    assert rows[2] == ("Guessing", "", 0.5, *[""] * 8)
    assert {len(row) for row in rows[:3]} == {11}
    assert rows[-1] == ("Fine-tune", "Scratch", pytest.approx(0.1), 0.02, 0.18, 0.03, 97, 60)


def test_a_curve_goes_on_to_twice_its_largest_size() -> None:
    rows = list(list_curve(build_reading(RISING)))
    measured = [row for row in rows if row[-1] == "measured"]
    foretold = [row for row in rows if row[-1] == "foretold"]
    assert [row[1] for row in measured] == [20, 40, 80, 160]
    assert (foretold[0][1], foretold[-1][1]) == (20.0, 320.0)
    assert foretold[-1][2] == pytest.approx(1 - 0.05 - 320**-0.5, abs=0.002)
