"""DICOM, with pydicom."""

from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import ImageError
from medapp.imaging.readers.picture import (
    Picture,
    check_size,
    find_range,
    silence_libraries,
    stretch,
)


def read_dicom(file: IO[bytes]) -> Picture:
    """The first frame of a DICOM file as a viewer shows it.

    Rescaling (PS3.3 C.11.1), then the first window, linear (C.11.2.1.2), or the lookup table, or
    else the whole range; MONOCHROME1 is inverted. Grey comes as uint16 that the window fills, or as
    it is stored where that is 8 bits without a window.
    """
    # Imported here, because the import takes 0.2 s that most starts do without.
    import pydicom
    from pydicom.errors import BytesLengthException, InvalidDicomError
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
    from pydicom.pixels.utils import pixel_array

    silence_libraries()
    try:
        facts = pydicom.dcmread(file, force=True)  # some have no preamble
    except (InvalidDicomError, BytesLengthException) as error:
        raise ImageError("it is not a DICOM file, or its beginning is damaged") from error
    if "PixelData" not in facts:
        raise ImageError("this DICOM file holds no image")
    check_size(int(facts.Columns), int(facts.Rows))
    frames = int(facts.get("NumberOfFrames") or 1)
    stored_as = f"{facts.BitsStored} bits"
    stored_as += f", frame 1 of {frames}" if frames > 1 else ""
    raw = pixel_array(facts, index=0)
    if facts.PhotometricInterpretation == "PALETTE COLOR":
        raw = apply_color_lut(raw, facts)
    if raw.ndim == 3:
        upper = raw // 256 if raw.itemsize > 1 else raw
        return Picture(upper.astype(np.uint8), stored_as, "DICOM")
    rescaled = np.asarray(apply_modality_lut(raw, facts))
    window = _find_window(facts)
    values = np.asarray(apply_voi_lut(rescaled, facts) if window is None else rescaled, np.float64)
    if window is None and raw.dtype == np.uint8 and (values == raw).all():
        pixels: NDArray[Any] = raw
    else:
        pixels = stretch(values, *(window or find_range(values)))
    if facts.PhotometricInterpretation == "MONOCHROME1":
        pixels = np.iinfo(pixels.dtype).max - pixels
    return Picture(pixels, stored_as, "DICOM")


def _find_window(facts: Any) -> tuple[float, float] | None:
    """The first window's ends, in rescaled values; None without one, or with a lookup table."""
    ends = (facts.get("WindowCenter"), facts.get("WindowWidth"))
    if "VOILUTSequence" in facts or any(end is None for end in ends):
        return None
    centre, width = (float(np.atleast_1d(value)[0]) for value in ends)
    return (centre - width / 2, centre + width / 2 - 1) if width > 1 else None
