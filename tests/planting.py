"""DICOM files with names, identifiers and dates planted in their headers, for tests."""

import io
from pathlib import Path

import numpy as np
import pydicom
from make_dicom import build_dicom
from pydicom.dataset import Dataset

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


def find_planted(text: bytes) -> list[str]:
    _, planted = plant()
    return [word for word in planted if word.encode() in text or word.encode("utf-16-le") in text]
