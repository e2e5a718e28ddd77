"""Names, identifiers and dates planted in DICOM headers are found nowhere afterwards.

Not on disk, on a page, in what a command prints, in logs, or in what leaves the machine.
"""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from make_dicom import build_dicom
from pydicom.dataset import Dataset

from medapp.imaging.image import read_image

TEXTS = """
PatientName OtherPatientNames PatientBirthName PatientMotherBirthName ReferringPhysicianName
PerformingPhysicianName OperatorsName NameOfPhysiciansReadingStudy RequestingPhysician
PhysiciansOfRecord PatientID OtherPatientIDs AccessionNumber StudyID PatientAddress
PatientTelephoneNumbers PatientComments Occupation EthnicGroup MilitaryRank BranchOfService
AdditionalPatientHistory InstitutionName InstitutionAddress InstitutionalDepartmentName StationName
DeviceSerialNumber StudyDescription SeriesDescription ProtocolName ImageComments
RequestedProcedureDescription PerformedProcedureStepDescription AdmittingDiagnosesDescription
MedicalAlerts IssuerOfPatientID FillerOrderNumberImagingServiceRequest DerivationDescription
DetectorID WindowCenterWidthExplanation MedicalRecordLocator Manufacturer ManufacturerModelName
BodyPartExamined ViewPosition Modality
"""
DATES = "StudyDate SeriesDate AcquisitionDate ContentDate PatientBirthDate InstanceCreationDate"
UIDS = "StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID SOPInstanceUID"
BROKEN = "KVP WindowCenter WindowWidth PixelSpacing"  # what no number can be read of


def plant() -> tuple[dict[str, object], list[str]]:
    """Elements by keyword, and what was planted in them."""
    facts: dict[str, object] = {}
    texts = TEXTS.split()
    for number, name in enumerate(texts):
        facts[name] = f"ZQ{number:02d}X^Jane"
    step = Dataset()
    step.ScheduledProcedureStepDescription = "ZQSTEP"
    facts["RequestAttributesSequence"] = [step]
    facts["ImageType"] = ["ORIGINAL", "ZQIMAGETYPE"]
    for number, name in enumerate(DATES.split()):
        facts[name] = f"19370{number + 1}11"
    for number, name in enumerate(UIDS.split()):
        facts[name] = f"1.2.719371.{number}"
    planted = [f"ZQ{number:02d}X" for number in range(len(texts))]
    planted += ["ZQSTEP", "ZQIMAGETYPE", "ZQPRIVATE", "ZQBROKEN", "ZQPREAMBLE", "719371"]
    return facts, [*planted, *(f"19370{number + 1}11" for number in range(6))]


def write_dicom(path: Path, seed: int, brightness: int) -> None:
    facts, _ = plant()
    pixels = np.random.default_rng(seed).integers(0, 60, (40, 40)).astype(np.uint8) + brightness
    dicom = pydicom.dcmread(io.BytesIO(build_dicom(pixels.astype(np.uint8), **facts)))
    dicom.PatientID = f"{dicom.PatientID} {seed // 2}"
    dicom.add_new(0x00091010, "LO", "ZQPRIVATE")
    for name in BROKEN.split():
        tag = pydicom.datadict.tag_for_keyword(name)
        dicom[tag] = pydicom.DataElement(tag, "LO", "ZQBROKEN")
    dicom.preamble = b"ZQPREAMBLE".ljust(128, b"\0")
    path.parent.mkdir(parents=True, exist_ok=True)
    dicom.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dicom)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty-four files that can be read in two classes, and one whose number of frames is text."""
    root = tmp_path / "hospital"
    for seed in range(24):
        write_dicom(root / "ab"[seed % 2] / f"IM{seed:02d}", seed, 150 * (seed % 2))
    return root


def find_planted(text: bytes) -> list[str]:
    _, planted = plant()
    return [word for word in planted if word.encode() in text or word.encode("utf-16-le") in text]


def test_planted_words_are_found_nowhere(folder: Path, tmp_path: Path) -> None:
    assert len(plant()[1]) > 50
    first = next(folder.rglob("IM*")).read_bytes()
    assert find_planted(first) == plant()[1]
    home = tmp_path / "home"
    packed = tmp_path / "disc.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("IM*"):
            archive.write(file, file.relative_to(folder))
    out = tmp_path / "out"
    out.mkdir()
    commands = [
        ["data", "add", str(folder), "--name", "placed"],
        ["data", "add", str(packed), "--name", "copied"],
        ["data", "show", "placed", "--json"],
        ["data", "audit", "placed", "--json"],
        ["data", "fingerprint", "placed", "--to", str(out / "prints.parquet")],
        ["train", "--data", "copied", "--strategy", "linear-probe", "--image-size", "32"],
        ["runs", "list", "--json"],
        ["predict", "Linear probe on copied", str(folder / "a"), "--json", "--cam", str(out)],
        ["runs", "export", "Linear probe on copied", "--to", str(out / "run.zip")],
    ]
    printed = [run(home, 0, *command) for command in commands]
    # No value of a column is left, and the refusal names the columns alone.
    printed.append(run(home, 1, "data", "add", str(folder), "--layout", "header:view"))
    shown = [str(read_image(path)) for path in folder.rglob("IM*")]
    printed += [text.encode() for text in shown]
    for text in printed:
        assert find_planted(text) == []
    with zipfile.ZipFile(out / "run.zip") as exported:
        assert all(find_planted(exported.read(member)) == [] for member in exported.namelist())
    files = [path for root in (home, out) for path in root.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert [(path, found) for path in files if (found := find_planted(path.read_bytes()))] == []


def run(home: Path, status: int, *arguments: str) -> bytes:
    """What a command of a shell prints, on both its ways out; it must end with this status."""
    environment = {**os.environ, "MEDAPP_HOME": str(home)}
    command = [sys.executable, "-m", "medapp", *arguments]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr
