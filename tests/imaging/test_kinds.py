"""A file is what its first bytes say, whatever it is called."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import ImplicitVRLittleEndian

from medapp.errors import ImageError
from medapp.imaging.image import decode_image, load_image
from medapp.imaging.kinds import HEAD_BYTES, Kind, read_kind, tell_kind
from medapp.imaging.readers import READERS

GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
FORMATS = {
    "PNG": "PNG",
    "JPEG": "JPEG",
    "TIFF": "TIFF",
    "BMP": "BMP",
    "WEBP": "WebP",
    "GIF": "GIF",
    "PPM": "PNM",
    "JPEG2000": "JPEG 2000",
    "AVIF": "AVIF",
}


def encode(format: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(GREY).save(file, format)
    return file.getvalue()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["IM0001", "a.png", "a.IMA", "a.txt", "1.2.840.113619.2.5"])
def test_every_format_is_told_and_read_under_any_name(
    tmp_path: Path, format: str, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(encode(format))
    kind = read_kind(path)
    assert (kind.name, kind.is_image) == (FORMATS[format], True)
    assert load_image(path).shape == (8, 8)


@pytest.mark.parametrize("name", ["IM000001", "scan.dicom", "x.IMA", "1.2.840.113619.2.5", "a.png"])
def test_dicom_is_told_with_and_without_its_preamble(tmp_path: Path, name: str) -> None:
    content = Path(str(get_testdata_file("CT_small.dcm"))).read_bytes()
    whole = decode_image(content, ".dcm")[0]
    for bytes_ in (content, content[132:]):
        (tmp_path / name).write_bytes(bytes_)
        assert read_kind(tmp_path / name).name == "DICOM"
        np.testing.assert_array_equal(load_image(tmp_path / name), whole)


def test_a_bare_data_set_of_implicit_elements_is_dicom() -> None:
    file = io.BytesIO()
    data_set = pydicom.dcmread(str(get_testdata_file("MR_small.dcm")))
    data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    pydicom.dcmwrite(file, data_set)
    bare = file.getvalue()[file.getvalue().index(b"\x08\0\x08\0\x18\0\0\0") :]
    assert tell_kind(bare[:HEAD_BYTES], "IM1").name == "DICOM"
    np.testing.assert_array_equal(
        decode_image(bare, "")[0], decode_image(file.getvalue(), ".dcm")[0]
    )


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\n<!DOCTYPE html><html>", "HTML page"),
        (b"<svg xmlns=", "XML"),
        (b"patient,label\n1,0\n", "text"),
        (b"\0\0\0\x18ftypheic\0", "HEIC"),
        (b"PAR1....", "Parquet"),
    ],
)
def test_what_is_no_image_is_named(head: bytes, name: str) -> None:
    assert tell_kind(head, "notes") == Kind(name, "", is_claimed=False)
    assert tell_kind(head, "a.JPG") == Kind(name, "", is_claimed=True)
    assert not tell_kind(head, "notes").is_image
    with pytest.raises(ImageError, match=f"its content is {name}"):
        decode_image(head, ".jpg")


@pytest.mark.parametrize("head", [b"", b"BM is a text", b"P5", b"\x01\x02\x03\0rest", bytes(352)])
def test_what_says_nothing_is_unknown(head: bytes) -> None:
    assert not tell_kind(head, "notes").is_image
    assert tell_kind(head, "a.png") == Kind(tell_kind(head, "x").name, "", is_claimed=True)


def test_a_row_that_is_added_needs_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, ".raw8", READERS[".png"])
    assert tell_kind(b"anything", "a.RAW8") == Kind("raw8", ".raw8", is_claimed=True)
