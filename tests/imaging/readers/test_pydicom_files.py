"""Every DICOM file that pydicom ships gives the picture that pydicom's functions lead to.

What the pictures are compared with is computed here, from pydicom alone: rescaling, then the table
or the window (PS3.3 C.11), then the presentation.
"""

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.data
import pytest
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

from medapp.errors import ImageError
from medapp.imaging.image import count_frames, decode_image
from medapp.imaging.windows import NAMED

ROOT = Path(pydicom.data.__file__).parent / "test_files"
FILES = sorted(ROOT.rglob("*.dcm"))
NO_IMAGE = "holds no image"
REFUSED = {
    "DICOMDIR-empty.dcm": "it is a DICOMDIR, a disc's list of its files",
    "ExplVR_BigEndNoMeta.dcm": "holds no image, but RTPLAN",
    "ExplVR_LitEndNoMeta.dcm": "holds no image, but RTPLAN",
    "JPEG-lossy.dcm": "12 bits, which is not read here; whoever installed MedApp can add pylib",
    "JPEG2000-embedded-sequence-delimiter.dcm": "are damaged",
    "JPGExtended.dcm": "12 bits, which is not read here; whoever installed MedApp can add pylib",
    "MR_truncated.dcm": "number of bytes of pixel data is less than expected",
    "UN_sequence.dcm": NO_IMAGE,
    "badVR.dcm": "damaged or of an unknown variant",
    "empty_charset_LEI.dcm": NO_IMAGE,
    "meta_missing_tsyntax.dcm": "does not say how large",
    "nested_priv_SQ.dcm": "does not say how large",
    "no_meta.dcm": "it is not a DICOM file",
    "no_meta_group_length.dcm": NO_IMAGE,
    "priv_SQ.dcm": NO_IMAGE,
    "reportsi.dcm": "holds no image, but SR",
    "reportsi_with_empty_number_tags.dcm": "holds no image, but SR",
    "rtplan.dcm": "holds no image, but RTPLAN",
    "rtplan_truncated.dcm": "holds no image, but RTPLAN",
    "rtstruct.dcm": "holds no image, but RTSTRUCT",
    "test-SR.dcm": "holds no image, but SR",
    "waveform_ecg.dcm": "holds no image, but ECG",
}
READ = [path for path in FILES if path.name not in REFUSED]


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_picture_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(ImageError, match=REFUSED[name].replace("(", r"\(")):
        decode_image(next(ROOT.rglob(name)).read_bytes(), ".dcm")


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_a_picture_is_that_of_pydicom(path: Path) -> None:
    content = path.read_bytes()
    for frame in sorted({0, count_frames(content, ".dcm") - 1}):
        found, _ = decode_image(content, ".dcm", frame=frame)
        wanted = show(open_file(path), frame)
        assert found.shape == wanted.shape
        assert np.abs(found / np.iinfo(found.dtype).max - wanted).max() < 1e-4


@pytest.mark.parametrize("windows", ["lung", "soft tissue, bone", "brain, bone, lung"])
@pytest.mark.parametrize("name", ["CT_small.dcm", "J2K_pixelrep_mismatch.dcm", "693_J2KI.dcm"])
def test_a_ct_through_windows_is_that_of_pydicom(name: str, windows: str) -> None:
    found, facts = decode_image((ROOT / name).read_bytes(), ".dcm", windows=windows)
    dicom = open_file(ROOT / name)
    hounsfield = apply_modality_lut(pixel_array(dicom), dicom)
    chosen = windows.split(", ")
    assert found.ndim == (2 if len(chosen) == 1 else 3)
    for index, window in enumerate(chosen):
        level, width = NAMED[window]
        wanted = np.clip((hounsfield - (level - 0.5)) / (width - 1) + 0.5, 0, 1)
        channel = found if found.ndim == 2 else found[..., index]
        assert np.abs(channel / 65535 - wanted).max() < 1e-4
    assert "HU)" in facts.mode


@functools.cache
def open_file(path: Path) -> Any:
    dicom = pydicom.dcmread(path, force=True)
    if "TransferSyntaxUID" not in dicom.file_meta:
        dicom.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    return dicom


def show(dicom: Any, frame: int) -> NDArray[np.float64]:
    """A frame as 0 to 1, black to white; colours of which all are alike as grey."""
    raw = pixel_array(dicom, index=frame)
    bits = int(dicom.BitsStored)
    if dicom.PhotometricInterpretation == "PALETTE COLOR":
        raw = apply_color_lut(raw, dicom)
        bits = 8 * raw.itemsize
    if raw.ndim == 3:
        shown = raw / (2**bits - 1)
        return shown[..., 0] if (shown == shown[..., :1]).all() else shown
    values = apply_modality_lut(raw, dicom)
    if "VOILUTSequence" in dicom:
        high = 2 ** int(dicom.VOILUTSequence[0].LUTDescriptor[2]) - 1
        shown = apply_voi_lut(values, dicom) / high
    elif "WindowWidth" in dicom:
        centre, width = (
            float(np.atleast_1d(dicom[name].value)[0]) for name in ("WindowCenter", "WindowWidth")
        )
        shown = np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    elif bits <= 8 and raw.dtype.kind == "u" and "RescaleSlope" not in dicom:
        shown = values / (2**bits - 1)
    else:
        low, high = np.percentile(values, (0.5, 99.5))
        shown = np.clip((values - low) / ((high - low) or 1), 0, 1)
    return 1 - shown if dicom.PhotometricInterpretation == "MONOCHROME1" else shown
