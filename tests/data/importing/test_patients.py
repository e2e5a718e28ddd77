"""Who the patient of each image is."""

from pathlib import Path

from medapp.data.importing.headers import HashedHeader
from medapp.data.importing.patients import choose_patients, compile_pattern, preview_patients
from medapp.data.layouts.layout import FoundFile


def test_patients_in_names() -> None:
    names = ["a/00001803_001.jpg", "00001803/x.jpg", "b/0000180.jpg"]
    assert preview_patients(names, r"^(\d{8})_") == [
        (names[0], "00001803"),
        (names[1], None),
        (names[2], None),
    ]
    assert preview_patients(names, "^.{8}")[0] == (names[0], "00001803")
    assert preview_patients(["x.jpg"], "(y)?x") == [("x.jpg", None)]
    assert preview_patients(["x.jpg"], "") == [("x.jpg", None)]


def find(
    files: list[FoundFile], headers: list[str | None], pattern: str | None = None
) -> tuple[list[str | None], str]:
    kept = [HashedHeader(patient, "one study") for patient in headers]
    return choose_patients(files, kept, compile_pattern(pattern), False)


def make_files(*names: str, patient: str | None = None) -> list[FoundFile]:
    return [FoundFile(Path(name), name, "a", None, patient) for name in names]


def test_a_pattern_that_no_file_name_has_sees_the_folders() -> None:
    names = ["benign/P00/img0.png", "malignant/P51/img1.png"]
    assert [patient for _, patient in preview_patients(names, r"P\d\d")] == ["P00", "P51"]
    assert [patient for _, patient in preview_patients(names, r"/([^/]+)/")] == ["P00", "P51"]
    assert [patient for _, patient in preview_patients(names, r"^\w+")] == ["img0", "img1"]


def test_headers_tell_patients_where_no_pattern_does() -> None:
    files = make_files("a/1.dcm", "a/2.dcm", "a/3.png", patient="folder")
    found, said = find(files, ["x", "y", None])
    assert found == ["x", "y", "folder"]
    assert "DICOM headers (hashed): 3" in said
    assert find(files, ["x", "y", None], r"\d")[0] == ["1", "2", "3"]
    headers = [HashedHeader("x"), HashedHeader("y"), HashedHeader()]
    assert choose_patients(files, headers, None, True)[0] == ["folder"] * 3


def test_headers_that_all_name_one_patient_tell_nobody_apart() -> None:
    found, said = find(make_files("a/1.dcm", "a/2.dcm"), ["anonymous", "anonymous"])
    assert found == [None, None]
    assert (
        said == "All 2 DICOM headers name one patient, so that is not used. Patients are not known."
    )


def test_a_pattern_that_is_found_nowhere_is_said() -> None:
    found, said = find(make_files("a/1.png", "b/2.png"), [None, None], r"PAT_\d+")
    assert found == [None, None]
    assert said == r"The pattern 'PAT_\d+' was found in no file's name or path."


def test_a_pattern_is_said_as_it_was_typed() -> None:
    _, said = find(make_files("a/0101.png", "a/0202.png"), [None, None], r"(\d\d)\d\d")
    assert said == r"Patients from the pattern '(\d\d)\d\d' in file names: 2."


def test_studies_stand_for_patients_whose_ids_were_blanked() -> None:
    files = make_files("a/1.dcm", "a/2.dcm", "a/3.dcm")
    headers = [HashedHeader("same", study) for study in ("s", "s", "t")]
    found, said = choose_patients(files, headers, None, False)
    assert found == ["s", "s", "t"]
    assert said.endswith("Patients from DICOM studies (hashed), which stand for patients: 2.")
    # Studies of one image each say nothing of who belongs together.
    alone = [HashedHeader(None, study) for study in ("s", "t", "u")]
    assert choose_patients(files, alone, None, False)[0] == [None] * 3
