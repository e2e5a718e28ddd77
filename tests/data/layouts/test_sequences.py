"""Sequences of MR become a column where the names of files tell them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.facts import list_values
from medapp.data.importing.adding import add_path
from medapp.data.importing.previewing import preview
from medapp.store.workspace import Workspace

OLD = ("t1", "t1ce", "t2", "flair")
NEW = ("t1n", "t1c", "t2w", "t2f")


def write(root: Path, names: tuple[str, ...], form: str) -> Path:
    for patient in range(4):
        for number, name in enumerate(names):
            grade = ("HGG", "LGG")[patient % 2]
            path = root / form.format(grade=grade, p=patient, name=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(10 * patient + number).integers(0, 255, (16, 16))
            Image.fromarray(noise.astype(np.uint8)).save(path)
    return root


@pytest.mark.parametrize(("names", "sign"), [(OLD, "_"), (NEW, "-")])
def test_the_sequences_of_a_patient_are_told_apart(
    workspace: Workspace, tmp_path: Path, names: tuple[str, ...], sign: str
) -> None:
    root = write(tmp_path / "set", names, "{grade}/BraTS" + sign + "{p:03d}" + sign + "{name}.png")
    shown = preview(root)
    said = "File names tell sequences of MR: FLAIR 4, T1 4, T1ce 4, T2 4"
    assert any(sentence.startswith(said) for sentence in shown.describe())
    (note,) = [note for note in shown.notes if note.code == "sequences"]
    assert "FLAIR, T1, T1ce, T2" in note.text
    data_set = add_path(workspace, root).data_set
    values = list_values(Catalog(workspace), data_set)["sequence"]
    assert values == {"FLAIR": 4, "T1": 4, "T1ce": 4, "T2": 4}


@pytest.mark.parametrize("form", ["{name}/{grade}_{p}.png", "{grade}/{p}_{name}x.png"])
def test_sequences_that_are_the_classes_or_no_sequences_are_left_alone(
    tmp_path: Path, form: str
) -> None:
    shown = preview(write(tmp_path / "set", OLD, form))
    assert all("sequence" not in file.attributes for file in shown.layout.files)
    assert "sequences" not in {note.code for note in shown.notes}


def test_one_sequence_alone_needs_no_column(tmp_path: Path) -> None:
    shown = preview(write(tmp_path / "set", ("t1",), "{grade}/{p}_{name}.png"))
    assert all("sequence" not in file.attributes for file in shown.layout.files)
