"""A stripped copy shows the same picture, says the same columns, and names nobody."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from make_dicom import GREY, build_dicom

from medapp.data.importing.headers import hash_identifiers
from medapp.errors import ImageError
from medapp.imaging.image import count_frames, decode_image
from medapp.imaging.readers.dicom_header import read_header
from medapp.imaging.readers.dicom_strip import strip_dicom
from medapp.store.workspace import Workspace

FILES = sorted((Path(pydicom.data.__file__).parent / "test_files").glob("*.dcm"))


def is_read(path: Path) -> bool:
    try:
        decode_image(path.read_bytes(), ".dcm")
    except ImageError:
        return False
    return True


def strip(content: bytes, workspace: Workspace) -> bytes:
    return strip_dicom(content, hash_identifiers(workspace, read_header(io.BytesIO(content))))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_copy_shows_the_same_and_says_the_same(path: Path, tmp_path: Path) -> None:
    if not is_read(path):
        return
    workspace = Workspace(tmp_path)
    content = path.read_bytes()
    copy = strip(content, workspace)
    for frame in (None, count_frames(content, ".dcm") - 1):
        found, facts = decode_image(copy, ".dcm", frame=frame, windows="lung")
        wanted, told = decode_image(content, ".dcm", frame=frame, windows="lung")
        np.testing.assert_array_equal(found, wanted)
        assert facts == told
    wanted_header = hash_identifiers(workspace, read_header(io.BytesIO(content)))
    header = read_header(io.BytesIO(copy))
    assert header == wanted_header
    # What is hashed once is not hashed again.
    assert hash_identifiers(workspace, header) == wanted_header


def test_a_copy_holds_nothing_else(tmp_path: Path) -> None:
    planted = {
        "PatientName": "PLANTED^A",
        "PatientID": "PLANTED-B",
        "PatientBirthDate": "19410203",
        "InstitutionName": "PLANTED C",
        "WindowCenterWidthExplanation": "PLANTED D",
        "StudyInstanceUID": "1.2.9999.1",
        "ImageType": ["ORIGINAL", "PRIMARY", "PLANTED E"],
        "PatientAge": "045Y",
    }
    content = build_dicom(GREY, **planted, WindowCenter=40, WindowWidth=400)
    copy = strip(content, Workspace(tmp_path))
    for text in (b"PLANTED", b"19410203", b"9999"):
        assert text in content
        assert text not in copy
    assert read_header(io.BytesIO(copy)).attributes == {"age": "45"}
    assert strip(content, Workspace(tmp_path)) == copy


def test_what_cannot_be_read_has_no_copy(tmp_path: Path) -> None:
    header = replace(read_header(io.BytesIO(build_dicom(GREY))), is_hashed=True)
    with pytest.raises(ImageError):
        strip_dicom(bytes(128) + b"DICM" + bytes(50), header)
