"""The Split panel counts images, patients, and the images of each patient."""

from pathlib import Path

from conftest import write_bands
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
)

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.store.workspace import Workspace


def test_patients_are_counted_beside_images(workspace: Workspace, tmp_path: Path) -> None:
    # Of each patient p00 to p15 there is an image above and one below.
    choice = ImportChoice(patient_pattern=r"p\d\d")
    data_set = add_folder(workspace, write_bands(tmp_path / "x"), "x", choice).data_set
    app = open_page("data_sets", set=data_set.id, view="Split")
    assert app.dataframe[1].value.to_dict("records") == [
        {"Split": "train", "Images": 22, "Patients": 11, "Images a patient": "2"},
        {"Split": "validation", "Images": 6, "Patients": 3, "Images a patient": "2"},
        {"Split": "test", "Images": 4, "Patients": 2, "Images a patient": "2"},
    ]


def test_where_patients_are_unknown_none_are_counted(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_folder(workspace, write_bands(tmp_path / "x")).data_set
    assert len(open_page("data_sets", set=data_set.id, view="Split").dataframe) == 1
