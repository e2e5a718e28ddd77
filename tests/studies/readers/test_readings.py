"""What becomes of each row of a reader's table; nothing is dropped in silence."""

import pytest

from medapp.data.layouts.tables import read_table
from medapp.errors import DataError
from medapp.studies.judged import Key
from medapp.studies.readers.calls import CallReader
from medapp.studies.readers.columns import Columns
from medapp.studies.readers.readings import Ground, Readings, read_readings, settle_calls
from medapp.task import find_task

CLASSES = ("normal", "nodule")
CALLS = CallReader(CLASSES, find_task("single-label"))
KEYS: dict[str, Key] = {f"test/{name}.png": (name, 0) for name in ("a", "b", "c", "d")}
OTHERS = {"train/e.png": "name an image of the training split"}
GROUND = Ground(KEYS, OTHERS)


def read(text: str, columns: Columns, ground: Ground = GROUND) -> list[Readings]:
    return read_readings(read_table("dr-x.csv", text.encode()), columns, ground, CALLS)


def test_each_row_counts_or_is_said_not_to() -> None:
    (found,) = read(
        "image,call\n"
        "a.png,nodule\n"  # counts
        "b.png,normal\n"  # twice, alike
        "b.png,Normal\n"
        "c.png,normal\n"  # twice, not alike
        "c.png,nodule\n"
        "e.png,nodule\n"
        "z.png,nodule\n"
        "b.png,abscess\n"
        "b.png,\n",
        Columns("image", False, "", ("call",), ""),
    )
    assert found.reader == "dr-x"
    assert found.calls == {("a", 0): "nodule", ("b", 0): "normal"}
    texts = {note.text: note.level for note in found.notes}
    assert texts == {
        "dr-x: rows that name an image of the training split, left out: 1 (e.png).": "caution",
        "dr-x: rows that name no image of the run, left out: 1 (z.png).": "caution",
        "dr-x: rows that call no class of the model, left out: 1 (b.png: abscess).": "caution",
        "dr-x: rows that have no call, left out: 1 (b.png).": "caution",
        "dr-x: images read twice with other answers, left out: 1 (c.png).": "caution",
        "dr-x: images read twice with one answer, counted once: 1 (b.png).": "info",
        "dr-x: images of the test split that were not read: 1 (test/d.png).": "info",
    }


def test_a_name_that_may_mean_two_images_is_not_guessed() -> None:
    keys: dict[str, Key] = {"test/x/1.png": ("x", 0), "test/y/1.png": ("y", 0)}
    (found,) = read(
        "image,call\n1.png,nodule\n", Columns("image", False, "", ("call",), ""), Ground(keys, {})
    )
    assert not found.calls
    assert "may mean several images, left out: 1 (1.png)" in found.notes[0].text


def test_readers_are_told_by_a_column_or_by_their_columns() -> None:
    text = "image,who,one,two\na.png,A,nodule,normal\na.png,B,normal,normal\n"
    by_row = read(text, Columns("image", False, "who", ("one",), ""))
    assert [(each.reader, each.calls["a", 0]) for each in by_row] == [
        ("A", "nodule"),
        ("B", "normal"),
    ]
    both = read(
        "image,one,two\na.png,nodule,normal\n", Columns("image", False, "", ("one", "two"), "")
    )
    assert [each.reader for each in both] == ["one", "two"]


def test_each_reader_may_spell_images_in_a_way_of_his_own() -> None:
    text = "image,who,call\na.png,A,nodule\ntest/a.png,B,normal\nC:\\x\\test\\A.PNG,C,nodule\n"
    found = read(text, Columns("image", False, "who", ("call",), ""))
    assert [(each.reader, dict(each.calls)) for each in found] == [
        ("A", {("a", 0): "nodule"}),
        ("B", {("a", 0): "normal"}),
        ("C", {("a", 0): "nodule"}),
    ]


def test_a_column_that_may_name_readers_is_proposed_where_an_image_is_read_twice() -> None:
    columns = Columns("image", False, "", ("call",), "")
    text = "image,desk,call\na.png,7,nodule\na.png,8,normal\nb.png,7,normal\n"
    (found,) = read(text, columns)
    (note,) = [note for note in found.notes if note.code == "contradicting"]
    assert note.remedy == "If desk says who read, name it as the column of the reader."
    assert note.in_shell.endswith("If desk says who read, name it with --reader-column.")
    # Not where the column does not tell the rows of an image apart.
    (found,) = read(text.replace("8,normal", "7,normal"), columns)
    (note,) = [note for note in found.notes if note.code == "contradicting"]
    assert note.remedy == ""


def test_patients_whose_images_differ_are_said() -> None:
    ground = Ground({"P1": ("P1", 0)}, {"P2": "name a patient whose images have different labels"})
    (found,) = read(
        "patient,call\nP1,nodule\nP2,normal\nP3,normal\n",
        Columns("patient", True, "", ("call",), ""),
        ground,
    )
    assert found.calls == {("P1", 0): "nodule"}
    texts = " ".join(note.text for note in found.notes)
    assert "name a patient whose images have different labels, left out: 1 (P2)" in texts
    assert "name no patient of the test split, left out: 1 (P3)" in texts


def test_calls_follow_from_ratings_where_a_rating_is_named() -> None:
    columns = Columns("image", False, "", (), "score")
    (rated,) = read("image,score\na.png,4\nb.png,3\nc.png,1\nd.png,high\n", columns)
    assert rated.ratings == {("a", 0): 4.0, ("b", 0): 3.0, ("c", 0): 1.0}
    assert settle_calls(rated, CLASSES, "nodule", None).calls == {}
    called = settle_calls(rated, CLASSES, "nodule", 3)
    assert called.calls == {("a", 0): "nodule", ("b", 0): "nodule", ("c", 0): "normal"}
    assert "a rating of 3 or more counts as a call of nodule" in called.notes[-1].text
    # Of two ratings alone the higher is the call.
    (marked,) = read("image,score\na.png,1\nb.png,0\n", columns)
    assert settle_calls(marked, CLASSES, "nodule", None).calls == {
        ("a", 0): "nodule",
        ("b", 0): "normal",
    }
    with pytest.raises(DataError, match="no ratings of one of two classes"):
        settle_calls(rated, ("a", "b", "c"), "", None)


def test_ratings_of_no_one_class_are_said_not_to_be_used() -> None:
    columns = Columns("image", False, "", ("call",), "score")
    (found,) = read("image,call,score\na.png,nodule,4\n", columns)
    settled = settle_calls(found, ("normal", "nodule", "mass"), "", None)
    assert (settled.calls, settled.ratings) == ({("a", 0): "nodule"}, {})
    assert "ratings are not used" in settled.notes[-1].text
