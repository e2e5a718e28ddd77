"""What is said of a data set is what is so."""

from pathlib import Path

from medapp.data.catalog import Catalog
from medapp.data.notes import describe
from medapp.data.samples import DataSet, Sample
from medapp.imaging.geometry import Box
from medapp.store.workspace import Workspace


def tell(
    workspace: Workspace,
    *rows: tuple[str, str, str, str | None],
    classes: tuple[str, ...] = ("a", "b"),
    is_synthetic: bool = False,
) -> str:
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
    return "\n".join(describe(catalog.add(draft, samples, [("y.png", "cut short")]), catalog))


def test_a_plain_set(workspace: Workspace) -> None:
    notes = tell(
        workspace,
        *(
            (label, split, f"{label} {split}", None)
            for label in "ab"
            for split in ("train", "validation", "test")
        ),
    )
    assert notes.splitlines() == [
        "1 file was left out; the list says why.",
        (
            "Patients are not known, so images of one patient may stand in two splits; figures may"
            " flatter."
        ),
        "1 image has boxes that show where the finding is.",
    ]


def test_copies_leaks_and_torn_patients(workspace: Workspace) -> None:
    notes = tell(
        workspace,
        ("a", "train", "1", "p"),
        ("b", "test", "1", "p"),
        ("a", "test", "2", "q"),
        ("b", "train", "3", None),
        ("b", "validation", "3", None),
    )
    assert (
        "1 of 2 test images also stands, byte by byte, in the training or validation split: figures"
        " on this test split flatter." in notes
    )
    assert "2 images stand, byte by byte, in more than one class" in notes
    assert "2 images are copies of another, byte by byte." in notes
    assert "2 patients in 3 images." in notes
    assert "The patient of 2 images is not known; each counts as a patient of its own." in notes
    assert "1 patient stands in more than one of the published splits" in notes


def test_gaps(workspace: Workspace) -> None:
    notes = tell(workspace, ("a", "train", "1", None), is_synthetic=True)
    assert notes.startswith("Synthetic phantom, not a patient")
    assert "No training image shows b" in notes
    assert "There are no test images" in notes
    assert "There are no validation images" in notes


def test_one_class(workspace: Workspace) -> None:
    assert "There is one class, so there is nothing to tell apart" in tell(
        workspace, ("a", "test", "1", None), classes=("a",)
    )
