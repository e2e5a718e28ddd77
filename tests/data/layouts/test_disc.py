"""DICOM as discs and archives of hospitals hold it: patients, studies and series are no classes."""

import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.updating import update
from medapp.data.layouts.folder import build_layout
from medapp.data.layouts.listing import Parts, list_folder
from medapp.errors import DataError
from medapp.store.workspace import Workspace

NOISE = np.random.default_rng(0).integers(0, 255, (30, 16, 16)).astype(np.uint8)
DISC = [f"DICOM/PA00000{p}/ST000001/SE00000{s}/IM00000{i}" for p, s, i in np.ndindex(5, 2, 2)]


def fill(root: Path, names: list[str], **facts: str) -> Path:
    """Files of DICOM: their patients by threes, AP and PA in turns."""
    for i, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        said = {"PatientID": f"Doe {i // 4}", "ViewPosition": "AP" if i % 2 else "PA", **facts}
        path.write_bytes(build_dicom(NOISE[i], **said))
    return root


@pytest.mark.parametrize(
    "names",
    [
        DISC,
        [name.replace("DICOM/", "", 1) for name in DISC],
        [f"SE00000{s}/IM{i}" for s, i in np.ndindex(2, 3)],
        [f"1.2.840.113619.2.{s}/1.2.840.{i}" for s, i in np.ndindex(2, 3)],
        [f"Series {s}/{i}.dcm" for s, i in np.ndindex(2, 3)],
        ["IM1", "IM2", "IM3"],
    ],
)
def test_folders_of_a_disc_are_asked_about(tmp_path: Path, names: list[str]) -> None:
    found = inspect(fill(tmp_path / "disc", names))
    assert found.question
    assert not found.files
    (view,) = [way for way in found.candidates if way.template == "header:view"]
    assert (view.classes, view.images) == (("AP", "PA"), len(names))


def test_a_list_of_files_says_that_a_folder_is_a_disc(tmp_path: Path) -> None:
    root = fill(tmp_path / "disc", ["Meyer/knee/1", "Meyer/hip/2"])
    assert inspect(root).classes == ("hip", "knee")
    (root / "DICOMDIR").write_bytes(bytes(128) + b"DICM")
    found = inspect(root)
    assert "a disc of DICOM: its folders (hip, knee) may be patients" in found.question
    assert [way.template for way in found.candidates] == ["header:view", "{label}"]


def test_class_folders_of_dicom_are_read_as_ever(tmp_path: Path) -> None:
    root = fill(tmp_path / "x", ["covid/IM1", "covid/IM2", "grade 2/IM3", "0/IM4"])
    assert inspect(root).classes == ("0", "covid", "grade 2")


@pytest.mark.parametrize("is_zipped", [False, True])
def test_classes_come_from_a_column_of_the_headers(
    workspace: Workspace, tmp_path: Path, is_zipped: bool
) -> None:
    path = fill(tmp_path / "disc", DISC)
    fill(path, ["DICOM/report/SR1"], ViewPosition="", PatientID="Doe 0")
    (path / "DICOM" / "broken").write_bytes(bytes(128) + b"DICM" + bytes(40))
    if is_zipped:
        with zipfile.ZipFile(tmp_path / "disc.zip", "w") as packed:
            for file in path.rglob("*"):
                packed.write(file, file.relative_to(path))
        path = tmp_path / "disc.zip"
    report = add_path(workspace, path, choice=ImportChoice(layout="header:view"))
    samples = Catalog(workspace).load_samples(report.data_set)
    assert Counter(s.label for s in samples) == {"AP": 10, "PA": 10}
    assert len({s.patient for s in samples}) == 5
    assert len({(s.patient, s.split) for s in samples}) == 5
    assert sorted(report.unreadable) == [
        ("DICOM/broken", "it is no DICOM image"),
        ("DICOM/report/SR1", "its header says no view"),
    ]
    if not is_zipped:
        assert update(Catalog(workspace), report.data_set).is_none


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    root = fill(tmp_path / "disc", DISC[:2])
    with pytest.raises(DataError, match="There is no column 'PatientName' of DICOM headers"):
        inspect(root, ImportChoice(layout="header:PatientName"))
    with pytest.raises(DataError, match="No DICOM header in disc says a laterality"):
        inspect(root, ImportChoice(layout="header:laterality"))


def test_a_file_that_may_not_be_read_is_left_out_by_name(tmp_path: Path) -> None:
    root = fill(tmp_path / "x", ["ill/IM1.dcm", "ill/IM2.dcm", "well/IM3.dcm", "well/IM4.dcm"])
    listing = list_folder(root)

    def read(parts: Parts, size: int = 2**30) -> bytes:
        if parts[-1] == "IM1.dcm":
            raise PermissionError(13, "Permission denied", str(root.joinpath(*parts)))
        return root.joinpath(*parts).read_bytes()[:size]

    assert build_layout(root, listing, None, read).classes == ("ill", "well")
    by_header = build_layout(root, listing, "header:view", read)
    assert by_header.left_out == (("ill/IM1.dcm", "it cannot be read: check its permissions"),)
    assert len(by_header.files) == 3
