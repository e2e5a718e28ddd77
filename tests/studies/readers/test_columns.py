"""Which column is what, in tables of the forms that reader studies have."""

import pytest

from medapp.data.layouts.tables import Table, read_table
from medapp.errors import DataError
from medapp.studies.readers.calls import CallReader
from medapp.studies.readers.columns import AskedColumns, Columns, find_columns
from medapp.task import find_task

NAMES = [("test", "a1.png"), ("test", "a2.png"), ("test", "b1.png"), ("train", "c1.png")]
CALLS = CallReader(("normal", "nodule"), find_task("single-label"))


def tell(text: str, **asked: object) -> Columns:
    table: Table = read_table("readings.csv", text.encode())
    return find_columns(table, NAMES, {"P1", "P2"}, CALLS, AskedColumns(**asked))  # type: ignore[arg-type]


def test_columns_are_told_by_names_and_cells() -> None:
    found = tell("file,rater,call,confidence\na1.png,Dr A,nodule,5\na2.png,Dr A,normal,1\n")
    assert found == Columns("file", False, "rater", ("call",), "confidence")


def test_columns_are_told_in_other_languages() -> None:
    found = tell("Datei;Befunder;Befund;Sicherheit\na1.png;Dr. Ö;nodule;4,5\na2.png;X;normal;1,0\n")
    assert found == Columns("Datei", False, "Befunder", ("Befund",), "Sicherheit")


def test_patients_may_be_read_as_a_whole() -> None:
    found = tell("patient,diagnosis\nP1,nodule\nP2,normal\n")
    assert found == Columns("patient", True, "", ("diagnosis",), "")


def test_a_column_a_reader_is_not_mistaken_for_names_of_readers() -> None:
    text = "image,reader_1,reader_2\na1.png,nodule,normal\na2.png,normal,normal\n"
    with pytest.raises(DataError, match="Several columns of readings"):
        tell(text)
    found = tell(text, calls=("reader_1", "READER_2"))
    assert (found.calls, found.reader) == (("reader_1", "reader_2"), "")


def test_truth_beside_calls_is_not_taken_for_them() -> None:
    text = "image,truth,call\na1.png,nodule,normal\na2.png,normal,normal\n"
    assert tell(text).calls == ("call",)
    with pytest.raises(DataError, match="One of them may be the truth"):
        tell("image,truth,second\na1.png,nodule,normal\na2.png,normal,normal\n")


def test_ratings_may_stand_alone() -> None:
    found = tell("image,score\na1.png,4\na2.png,2\n")
    assert (found.calls, found.rating) == ((), "score")


def test_what_holds_nothing_to_go_by_is_refused() -> None:
    with pytest.raises(DataError, match="holds classes of the model, or a rating"):
        tell("image,remark\na1.png,blurred\na2.png,fine\n")
    # An F could be a false: that of two images most are women says nothing of what was read.
    with pytest.raises(DataError, match="holds classes of the model, or a rating"):
        tell("patient,sex\nP1,F\nP2,F\nP1,M\n")
    with pytest.raises(DataError, match="names an image or a patient"):
        tell("image,call\nx.png,nodule\n")
    with pytest.raises(DataError, match="has no column 'who'"):
        tell("image,call\na1.png,nodule\n", reader="who")
