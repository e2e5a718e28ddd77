"""DICOM, with pydicom."""

from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.readers.decoders import choose_plugin, explain_failure
from medapp.imaging.readers.dicom_file import adopt_frame, find_frame_count, open_dicom
from medapp.imaging.readers.dicom_header import find_acquisition, find_notes, find_spacing
from medapp.imaging.readers.dicom_values import find_measured, find_span, span_bits
from medapp.imaging.readers.picture import (
    Picture,
    check_frame,
    check_size,
    choose_page,
    count_bits,
    is_blank,
)


def read_dicom(file: IO[bytes], frame: int | None = None) -> Picture:
    """A DICOM file as a viewer shows it.

    Rescaling (PS3.3 C.11.1), then the lookup table or the first window, linear or sigmoid (C.11.2),
    which says what is black and white. Without one, that is from the 0.5 to the 99.5 percentile of
    the image; up to 8 bits are shown as stored. Pixels that mark padding (C.7.5.1.1.2) are black;
    MONOCHROME1 is inverted. An enhanced file says this of each frame (C.7.6.16).

    Args:
        frame: from 0; None for the first that shows something.

    Raises:
        ImageError: it is no DICOM file, holds no image, is compressed in a way that is not read
            here, or too large.
    """
    # Imported here, because the import takes 0.2 s that most starts do without.
    from pydicom.pixels.processing import apply_color_lut

    facts = open_dicom(file)
    check_size(int(facts.Columns), int(facts.Rows))
    raw, number, of = _read_frame(facts, frame)
    adopt_frame(facts, number - 1)
    words, notes = choose_page(number, of, "frame", is_asked=frame is not None)
    bits = int(facts.get("BitsStored") or 8 * raw.itemsize)
    if facts.get("PhotometricInterpretation") == "PALETTE COLOR":
        bits = int(facts.RedPaletteColorLookupTableDescriptor[2])
        raw = apply_color_lut(raw, facts)
    measured = None
    if raw.ndim == 3:
        shown = raw
        span = None if raw.dtype == np.uint8 and bits == 8 else span_bits(bits)
    else:
        shown, span = find_span(raw, facts, bits)
        measured = find_measured(raw, facts, span)
    return Picture(
        shown,
        ", ".join(word for word in (count_bits(bits), words) if word),
        "DICOM",
        span,
        (*notes, *find_notes(facts)),
        measured,
        find_spacing(facts),
        (number - 1, of) if of > 1 else None,
        find_acquisition(facts),
    )


def _read_frame(facts: Any, frame: int | None) -> tuple[NDArray[Any], int, int]:
    """A frame or the first that is not blank, its number from 1, and how many there are."""
    from pydicom.pixels.utils import pixel_array

    plugin = choose_plugin(facts.file_meta.TransferSyntaxUID)
    count = find_frame_count(facts)
    check_frame(frame, count, "frame")
    try:
        first = np.asarray(pixel_array(facts, index=frame or 0, decoding_plugin=plugin))
    except RuntimeError as error:
        bits = int(facts.get("BitsStored") or 8)
        raise explain_failure(facts.file_meta.TransferSyntaxUID, bits) from error
    if frame is not None:
        return first, frame + 1, count
    if count > 1 and is_blank(first):
        for number in range(1, count):
            later = np.asarray(pixel_array(facts, index=number, decoding_plugin=plugin))
            if not is_blank(later):
                return later, number + 1, count
    return first, 1, count
