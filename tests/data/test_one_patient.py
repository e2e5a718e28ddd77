"""Images that are all of one patient are said to judge nothing, before and after they come in."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import preview
from medapp.data.notes import describe
from medapp.notes import Note
from medapp.store.workspace import Workspace


def write_slices(folder: Path, patients: int, count: int = 12) -> Path:
    for number in range(count):
        path = folder / "ab"[number % 2] / f"IM{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(number).integers(0, 255, (16, 16)).astype(np.uint8)
        path.write_bytes(build_dicom(values, PatientID=f"H{number % patients}"))
    return folder


def find_one(notes: tuple[Note, ...]) -> list[str]:
    return [note.level for note in notes if note.code == "one-patient"]


@pytest.mark.parametrize(("count", "patients"), [(12, 1), (400, 1), (12, 3)])
def test_a_disc_of_one_patient_says_so(
    workspace: Workspace, tmp_path: Path, count: int, patients: int
) -> None:
    folder = write_slices(tmp_path / "disc", patients, count)
    expected = ["caution"] if patients == 1 else []
    shown = preview(folder)
    assert find_one(shown.notes) == expected
    assert shown.has_patients == (patients > 1)
    data_set = add_path(workspace, folder).data_set
    assert find_one(describe(data_set, Catalog(workspace))) == expected


def test_a_pattern_that_finds_one_patient_leaves_no_doubt(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_slices(tmp_path / "disc", 3)
    choice = ImportChoice(patient_pattern="IM")
    assert find_one(preview(folder, choice).notes) == ["grave"]
    data_set = add_path(workspace, folder, choice=choice).data_set
    assert find_one(describe(data_set, Catalog(workspace))) == ["grave"]
    told = ImportChoice(patient_pattern=r"IM\d+")
    blanked = write_slices(tmp_path / "blanked", 1)
    assert find_one(preview(blanked, told).notes) == []
    data_set = add_path(workspace, blanked, choice=told).data_set
    assert find_one(describe(data_set, Catalog(workspace))) == []
