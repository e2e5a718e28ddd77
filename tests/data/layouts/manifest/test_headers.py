"""A table with a row a patient, beside DICOM files whose headers name the patients."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.folder import scan_folder
from medapp.data.layouts.roles import TableChoice
from medapp.errors import DataError
from medapp.store.workspace import Workspace

TABLE = "PatientID;Diagnosis;Age\nH1;benign;61\nH2;malignant;70\nH9;benign;50\n"


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Two patients, two images each, and one of a patient whom the table does not know."""
    for number, patient in enumerate(["H1", "H1", "H2", "H2", "H3"]):
        pixels = np.random.default_rng(number).integers(0, 255, (24, 24)).astype(np.uint8)
        path = tmp_path / "disc" / f"PT00000{patient[1]}" / f"IM00000{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {"PatientID": patient, "IssuerOfPatientID": "St. Elsewhere"}
        path.write_bytes(build_dicom(pixels, StudyInstanceUID=f"1.2.{patient[1]}", **facts))
    return tmp_path / "disc"


def test_a_row_of_a_patient_labels_all_images_of_the_patient(
    disc: Path, tmp_path: Path, workspace: Workspace
) -> None:
    table = tmp_path / "diagnoses.csv"
    table.write_text(TABLE, "utf-8")
    found = scan_folder(disc, choice=TableChoice((str(table),)))
    assert {file.name: file.label for file in found.files} == {
        "PT000001/IM000000": "benign",
        "PT000001/IM000001": "benign",
        "PT000002/IM000002": "malignant",
        "PT000002/IM000003": "malignant",
    }
    assert found.left_out == (("PT000003/IM000004", "no row names it"),)
    assert [row.image for row in found.bad_rows] == ["H9"]
    assert "The column 'PatientID' holds ids of DICOM headers." in found.describe()
    report = add_path(workspace, disc, choice=ImportChoice(table=TableChoice((str(table),))))
    samples = Catalog(workspace).load_samples(report.data_set)
    assert len({sample.patient for sample in samples}) == 2
    # Ids stay out of the workspace: neither patient nor attribute is one.
    assert not {"H1", "H2"} & {s.patient for s in samples}
    assert [s.attributes["Age"] for s in samples] == ["61", "61", "70", "70"]
    assert b"H1" not in workspace.catalog_path.read_bytes()


def test_a_table_of_studies_is_found_beside_the_images(disc: Path) -> None:
    (disc / "studies.csv").write_text("study,label\n1.2.1,a\n1.2.2,b\n1.2.3,b\n", "utf-8")
    found = scan_folder(disc)
    assert [file.label for file in found.files] == ["a", "a", "b", "b", "b"]


def test_a_table_of_other_patients_is_refused(disc: Path, tmp_path: Path) -> None:
    table = tmp_path / "others.csv"
    table.write_text("id,label\nX1,a\nX2,b\n", "utf-8")
    with pytest.raises(DataError, match="names an image that is there"):
        scan_folder(disc, choice=TableChoice((str(table),)))
