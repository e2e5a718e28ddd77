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
    copies: tuple[str, ...] = (),
    draws: int = 1,
    name: str = "x",
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
            copy_group=copies[i] if copies else "",
        )
        for i, (label, split, content, patient) in enumerate(rows)
    ]
    catalog = Catalog(workspace)
    draft = DataSet(
        0, name, root, "registered", classes, None, False, "", is_synthetic, "", draws=draws
    )
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
        ("few-groups", "grave"),
        ("patients-unknown", "caution"),
        ("left-out", "caution"),
        ("unchecked-copies", "info"),
        ("boxes", "info"),
    ]
    assert find(notes, "left-out").text == "1 file was left out; the list says why."
    assert "patient pattern" in find(notes, "patients-unknown").remedy
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
    assert notes[0].text == (
        "1 of 2 test images also stands in the training or validation split, byte by byte: figures"
        " on them say nothing of new images."
    )
    assert 'medapp data clean-split "x"' in notes[0].in_shell
    assert "2 images have a copy with another label" in find(notes, "contradiction").text
    assert find(notes, "copies").text == "2 images are copies of another, byte by byte."
    assert find(notes, "patients").text == "2 patients in 3 images."
    assert "The patient of 2 images is not known" in find(notes, "patients-partly-unknown").text
    leak = find(notes, "patient-leak")
    assert leak.text.startswith("1 of 2 test images is of a patient who also trained or validated")
    assert leak.level == "grave"


def test_near_copies_leak_too(workspace: Workspace) -> None:
    rows = [("a", "train", "1", None), ("a", "test", "2", None), ("b", "test", "1", None)]
    notes = tell(workspace, *rows, copies=("k", "k", "k"))
    ways = "in another format, size or quality, or mirrored, turned or inverted"
    assert f"split, 1 of them byte by byte, 1 {ways}: figures" in find(notes, "leak").text
    assert find(notes, "near-copies").text == f"1 image is a copy of another {ways}."
    assert "3 images have a copy with another label" in find(notes, "contradiction").text


def test_a_split_that_was_drawn_again_is_told(workspace: Workspace) -> None:
    codes = {}
    for draws in (1, 2, 3):
        notes = tell(workspace, ("a", "test", "1", "p"), draws=draws, name=f"{draws}")
        codes[draws] = [note.level for note in notes if note.code == "draws"]
    assert codes == {1: [], 2: ["info"], 3: ["caution"]}


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
