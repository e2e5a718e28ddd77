"""Of a DICOM header an allow-list is taken over, in plain words, and nothing else."""

import io
from typing import Any

import pytest
from make_dicom import GREY, build_dicom
from pydicom.dataset import Dataset

from medapp.imaging.image import decode_image
from medapp.imaging.readers.dicom_header import Header, read_header


def read(**facts: Any) -> Header:
    return read_header(io.BytesIO(build_dicom(GREY, **facts)))


@pytest.mark.parametrize(
    ("facts", "patient"),
    [
        ({"PatientID": "1234 "}, "1234"),
        ({"PatientID": "1234", "IssuerOfPatientID": "elsewhere"}, "elsewhere|1234"),
        ({"PatientID": " "}, None),
        ({"IssuerOfPatientID": "elsewhere"}, None),
        ({}, None),
    ],
)
def test_a_patient_is_known_by_the_id_and_who_issued_it(
    facts: dict[str, Any], patient: str | None
) -> None:
    assert read(**facts).patient == patient


@pytest.mark.parametrize(
    ("facts", "column", "value"),
    [
        ({"Modality": "CT"}, "modality", "CT"),
        ({"BodyPartExamined": "Chest "}, "body_part", "CHEST"),
        ({"ViewPosition": "PA"}, "view", "PA"),
        ({"Laterality": "R"}, "laterality", "R"),
        ({"Laterality": "R", "ImageLaterality": "L"}, "laterality", "L"),
        ({"Manufacturer": "SIEMENS"}, "manufacturer", "SIEMENS"),
        ({"ManufacturerModelName": "Sensation  64"}, "model", "Sensation 64"),
        ({"KVP": "120.0"}, "kvp", "120"),
        ({"PatientSex": "F"}, "sex", "F"),
        ({"PatientSex": "O"}, "sex", "other"),
        ({"PatientSex": "Anna"}, "sex", None),
        ({"PatientAge": "045Y"}, "age", "45"),
        ({"PatientAge": "011M"}, "age", "0"),
        ({"PatientAge": "024M"}, "age", "2"),
        ({"PatientAge": "010D"}, "age", "0"),
        ({"PatientAge": "089Y"}, "age", "89"),
        ({"PatientAge": "090Y"}, "age", "90+"),
        ({"PatientAge": "45"}, "age", None),
        ({"PatientBirthDate": "19500302", "StudyDate": "20200301"}, "age", "69"),
        ({"PatientBirthDate": "19500301", "StudyDate": "20200301"}, "age", "70"),
        ({"PatientBirthDate": "19200101", "StudyDate": "20200301"}, "age", "90+"),
        ({"PatientBirthDate": "20300101", "StudyDate": "20200301"}, "age", None),
        ({"PatientBirthDate": "19500301"}, "age", None),
        ({"PresentationIntentType": "FOR PROCESSING"}, "presentation", "for processing"),
        ({"BurnedInAnnotation": "NO"}, "burned_in_text", "no"),
        ({"BodyPartExamined": "Doe^Jane"}, "body_part", None),
        ({"Manufacturer": "Doe^Jane"}, "manufacturer", None),
        ({"ManufacturerModelName": "born 1950-03-01"}, "model", None),
        ({"Manufacturer": "19500301"}, "manufacturer", None),
    ],
)
def test_a_column_of_the_allow_list(facts: dict[str, Any], column: str, value: str | None) -> None:
    assert read(**facts).attributes == ({column: value} if value is not None else {})


def test_nothing_else_of_a_header_is_taken_over() -> None:
    names = (
        "PatientName OtherPatientNames ReferringPhysicianName OperatorsName InstitutionName"
        " InstitutionAddress StationName StudyDescription SeriesDescription ProtocolName"
        " ImageComments AccessionNumber StudyID DeviceSerialNumber PatientComments"
    )
    found = read(**dict.fromkeys(names.split(), "planted"), StudyDate="20200301", StudyTime="1200")
    assert found == Header(None, None, None, {})


def test_study_and_series_are_for_hashing() -> None:
    found = read(StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.4")
    assert (found.study, found.series, found.attributes) == ("1.2.3", "1.2.3.4", {})


def test_an_enhanced_file_says_its_facts_in_sequences() -> None:
    anatomy = Dataset()
    anatomy.FrameLaterality = "L"
    group = Dataset()
    group.FrameAnatomySequence = [anatomy]
    found = read(SharedFunctionalGroupsSequence=[group])
    assert found.attributes == {"laterality": "L"}


def test_burnt_in_text_and_raw_values_are_said() -> None:
    content = build_dicom(GREY, BurnedInAnnotation="YES", PresentationIntentType="FOR PROCESSING")
    codes = [note.code for note in decode_image(content, "")[1].notes]
    assert codes == ["burned-in", "for-processing"]
    content = build_dicom(GREY, BurnedInAnnotation="NO", PresentationIntentType="FOR PRESENTATION")
    assert not decode_image(content, "")[1].notes
