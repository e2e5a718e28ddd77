"""What is said of a data set is what is so."""

from pathlib import Path

import pytest

from medapp.data.catalog import Catalog
from medapp.data.notes import describe, weigh_share
from medapp.data.samples import DataSet, Sample
from medapp.imaging.geometry import Box
from medapp.notes import Note
from medapp.store.workspace import Workspace


def tell(
    workspace: Workspace,
    *rows: tuple[str, str, str, str | None],
    classes: tuple[str, ...] = ("a", "b"),
    is_synthetic: bool = False,
) -> tuple[Note, ...]:
    """The notes on samples given as (label, split, content, patient); the first has a box."""
    root, boxes = Path("/images"), (Box("x", 0, 0, 1, 1),)
    samples = [
        Sample(
            0,
            f"{i}.png",
            root / f"{i}.png",
            label,
            patient,
            None,
            split,
            content,
            1,
            1,
            "8-bit grey",
            boxes[i:],
        )
        for i, (label, split, content, patient) in enumerate(rows)
    ]
    catalog = Catalog(workspace)
    draft = DataSet(0, "x", root, "registered", classes, None, False, "", is_synthetic, "")
    return describe(catalog.add(draft, samples, [("y.png", "cut short")]), catalog)


def find(notes: tuple[Note, ...], code: str) -> Note:
    """The only note of this code."""
    (note,) = (note for note in notes if note.code == code)
    return note


def test_a_plain_set(workspace: Workspace) -> None:
    notes = tell(
        workspace,
        *(
            (label, split, f"{label} {split}", None)
            for label in "ab"
            for split in ("train", "validation", "test")
        ),
    )
    assert [(note.code, note.level) for note in notes] == [
        ("unknown-patients", "caution"),
        ("left-out", "caution"),
        ("boxes", "info"),
    ]
    assert find(notes, "left-out").text == "1 file was left out; the list says why."
    assert "patient pattern" in find(notes, "unknown-patients").remedy
    assert find(notes, "boxes").text == "1 image has boxes that show where the finding is."


def test_copies_leaks_and_torn_patients(workspace: Workspace) -> None:
    notes = tell(
        workspace,
        ("a", "train", "1", "p"),
        ("b", "test", "1", "p"),
        ("a", "test", "2", "q"),
        ("b", "train", "3", None),
        ("b", "validation", "3", None),
    )
    assert notes[0] == find(notes, "leak")
    assert notes[0].level == "grave"
    assert notes[0].text.startswith("1 of 2 test images also stands, byte by byte, in the training")
    assert "2 images stand, byte by byte, in more" in find(notes, "contradiction").text
    assert find(notes, "copies").text == "2 images are copies of another, byte by byte."
    assert find(notes, "patients").text == "2 patients in 3 images."
    assert "The patient of 2 images is not known" in find(notes, "unknown-patients").text
    assert "1 patient stands in more than one" in find(notes, "patient-leak").text


@pytest.mark.parametrize(("seen", "level"), [(1, "caution"), (5, "caution"), (6, "grave")])
def test_a_leak_is_grave_above_a_twentieth(seen: int, level: str) -> None:
    assert weigh_share(seen, 100) == level


def test_gaps(workspace: Workspace) -> None:
    notes = tell(workspace, ("a", "train", "1", None), is_synthetic=True)
    assert find(notes, "synthetic").level == "info"
    assert find(notes, "untaught-class").level == "grave"
    assert "No training image shows b" in find(notes, "untaught-class").text
    assert {"no-test", "no-validation"} <= {note.code for note in notes}


def test_one_class(workspace: Workspace) -> None:
    notes = tell(workspace, ("a", "test", "1", None), classes=("a",))
    assert "there is nothing to tell apart" in find(notes, "one-class").text
