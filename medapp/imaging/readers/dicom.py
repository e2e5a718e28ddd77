"""DICOM, with pydicom."""

import struct
import zlib
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import ImageError
from medapp.imaging.readers.decoders import check_decoder, explain_failure
from medapp.imaging.readers.picture import (
    MAX_PIXELS,
    Picture,
    Span,
    check_frame,
    check_size,
    choose_page,
    count_bits,
    fill,
    find_percentile_span,
    is_blank,
    silence_libraries,
)

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
MAX_INFLATED_BYTES = 3 * MAX_PIXELS  # of a deflated file: 100 MP at 16 bits, and what is said of it
# By whether types are implied and whether bytes are little-endian (PS3.5 A).
_SYNTAX_UIDS = {
    (True, True): "1.2.840.10008.1.2",
    (False, True): "1.2.840.10008.1.2.1",
    (False, False): "1.2.840.10008.1.2.2",
}
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_BEYOND = 1e9  # a value that every window cuts off


def read_dicom(file: IO[bytes], frame: int | None = None) -> Picture:
    """A DICOM file as a viewer shows it.

    Rescaling (PS3.3 C.11.1), then the lookup table or the first window, linear or sigmoid (C.11.2),
    which says what is black and white. Without one, that is from the 0.5 to the 99.5 percentile of
    the image; up to 8 bits are shown as stored. Pixels that mark padding (C.7.5.1.1.2) are black;
    MONOCHROME1 is inverted.

    Args:
        frame: from 0; None for the first that shows something.

    Raises:
        ImageError: it is no DICOM file, holds no image, is compressed in a way that is not read
            here, or too large.
    """
    # Imported here, because the import takes 0.2 s that most starts do without.
    from pydicom.pixels.processing import apply_color_lut

    silence_libraries()
    facts = open_dicom(file)
    check_size(int(facts.Columns), int(facts.Rows))
    check_decoder(facts.file_meta.TransferSyntaxUID)
    raw, number, of = _read_frame(facts, frame)
    words, notes = choose_page(number, of, "frame", is_asked=frame is not None)
    bits = int(facts.get("BitsStored") or 8 * raw.itemsize)
    if facts.get("PhotometricInterpretation") == "PALETTE COLOR":
        bits = int(facts.RedPaletteColorLookupTableDescriptor[2])
        raw = apply_color_lut(raw, facts)
    if raw.ndim == 3:
        span = None if raw.dtype == np.uint8 and bits == 8 else _span_bits(bits)
    else:
        raw, span = _find_span(raw, facts, bits)
    stored_as = ", ".join(word for word in (count_bits(bits), words) if word)
    return Picture(raw, stored_as, "DICOM", span, notes, describe_scale(facts))


def find_patient(file: IO[bytes]) -> str | None:
    """The patient's id as the header has it, after that of who issued it; None where there is none.

    Raises:
        ImageError: see `read_dicom`.
    """
    facts = open_dicom(file)
    patient = str(facts.get("PatientID") or "").strip()
    issuer = str(facts.get("IssuerOfPatientID") or "").strip()
    return (f"{issuer}|{patient}" if issuer else patient) if patient else None


def describe_scale(facts: Any) -> str:
    """The size of a pixel, height by width (PS3.3 10.7.1.3), or that of the detector's; else ""."""
    for name, where in (("PixelSpacing", ""), ("ImagerPixelSpacing", ", at the detector")):
        try:
            down, across = (float(value) for value in facts.get(name) or ())
        except (TypeError, ValueError):
            continue
        if down > 0 and across > 0:
            return f"{down:.3g} × {across:.3g} mm a pixel{where}"
    return ""


def open_dicom(file: IO[bytes]) -> Any:
    """The data set of a DICOM file that holds an image, with a transfer syntax.

    Raises:
        ImageError: see `read_dicom`.
    """
    import pydicom
    from pydicom.errors import BytesLengthException, InvalidDicomError

    _check_inflated(file)
    try:
        facts = pydicom.dcmread(file, force=True)  # some have no preamble
    except (InvalidDicomError, BytesLengthException) as error:
        raise ImageError("it is not a DICOM file, or its beginning is damaged") from error
    if not any(facts.get(name) for name in PIXELS):
        if "SOPClassUID" not in facts and "Rows" not in facts:
            raise ImageError("it is not a DICOM file, or its beginning is damaged")
        what = f", but {facts.Modality}" if facts.get("Modality") else ""
        raise ImageError(f"this DICOM file holds no image{what}")
    if not getattr(facts, "file_meta", None):
        facts.file_meta = pydicom.dataset.FileMetaDataset()
    if "TransferSyntaxUID" not in facts.file_meta:
        is_implied, is_little = facts.original_encoding
        syntax = _SYNTAX_UIDS[bool(is_implied), bool(is_little)]
        facts.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    return facts


def _check_inflated(file: IO[bytes]) -> None:
    """Raise ImageError where a deflated data set (PS3.5 A.5) would fill the memory."""
    head = file.read(1024)
    if _DEFLATED in head:
        (length,) = struct.unpack("<I", head[140:144])  # of group 0002 (PS3.10, 7.1)
        file.seek(144 + length)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        waiting = file.read()
        size = 0
        while waiting and not inflater.eof:
            size += len(inflater.decompress(waiting, 2**20))
            waiting = inflater.unconsumed_tail
            if size > MAX_INFLATED_BYTES:
                most = MAX_INFLATED_BYTES // 10**6
                raise ImageError(f"its data are more than {most} MB when they are inflated")
    file.seek(0)


def count_frames(file: IO[bytes]) -> int:
    """How many frames a DICOM file holds.

    Raises:
        ImageError: see `read_dicom`.
    """
    return int(open_dicom(file).get("NumberOfFrames") or 1)


def _read_frame(facts: Any, frame: int | None) -> tuple[NDArray[Any], int, int]:
    """A frame or the first that is not blank, its number from 1, and how many there are."""
    from pydicom.pixels.utils import pixel_array

    count = int(facts.get("NumberOfFrames") or 1)
    check_frame(frame, count, "frame")
    try:
        first = np.asarray(pixel_array(facts, index=frame or 0))
    except RuntimeError as error:
        raise explain_failure(facts.file_meta.TransferSyntaxUID, error) from error
    if frame is not None:
        return first, frame + 1, count
    if count > 1 and is_blank(first):
        for number in range(1, count):
            later = np.asarray(pixel_array(facts, index=number))
            if not is_blank(later):
                return later, number + 1, count
    return first, 1, count


def _span_bits(bits: int) -> Span:
    return Span(0, 2**bits - 1, count_bits(bits))


def _find_span(raw: NDArray[Any], facts: Any, bits: int) -> tuple[NDArray[Any], Span | None]:
    """Grey values (H, W), and which of them are black and white; None for 8 bits as stored."""
    from pydicom.pixels.processing import apply_modality_lut

    padding = _find_padding(facts)
    is_windowed = "VOILUTSequence" in facts or _find_window(facts) is not None
    if is_windowed and raw.dtype.kind in "iu" and raw.itemsize <= 2:
        shown, rule = _apply_window(raw, facts, padding)
        return shown, _turn(Span(0, 65535, rule), facts)
    slope = float(facts.get("RescaleSlope") or 1)
    intercept = float(facts.get("RescaleIntercept") or 0)
    if "ModalityLUTSequence" in facts:
        raw = np.asarray(apply_modality_lut(raw, facts))
        padding = None
        slope = 1.0
        intercept = 0.0
    elif raw.dtype.kind == "u" and bits <= 8 and padding is None and slope == 1 and not intercept:
        if bits == 8:
            is_inverted = facts.get("PhotometricInterpretation") == "MONOCHROME1"
            return 255 - raw if is_inverted else raw, None
        return raw, _turn(_span_bits(bits), facts)
    found = find_percentile_span(raw, padding)
    low = found.low * slope + intercept
    high = found.high * slope + intercept
    is_hounsfield = facts.get("Modality") == "CT" or facts.get("RescaleType") == "HU"
    rule = found.rule.partition(",")[0]
    rule += f", {low:.4g} to {high:.4g}{' HU' if is_hounsfield else ''}"
    ends = (found.low, found.high) if slope > 0 else (found.high, found.low)
    return raw, _turn(Span(*ends, rule, padding), facts)


def _turn(span: Span, facts: Any) -> Span:
    """The span, with black and white exchanged where the file stores white as its least value."""
    if facts.get("PhotometricInterpretation") != "MONOCHROME1":
        return span
    return Span(span.high, span.low, span.rule, span.padding)


def _find_window(facts: Any) -> tuple[float, float] | None:
    """Centre and width of the first window; None without one that can be applied."""
    ends = (facts.get("WindowCenter"), facts.get("WindowWidth"))
    if any(end is None or not np.size(end) for end in ends):
        return None
    centre, width = (float(np.atleast_1d(value)[0]) for value in ends)
    least = 1 if _name_function(facts) == "LINEAR" else np.nextafter(0, 1)
    return (centre, width) if np.isfinite(centre) and least <= width < np.inf else None


def _name_function(facts: Any) -> str:
    name = str(facts.get("VOILUTFunction") or "LINEAR").upper()
    return name if name in ("LINEAR", "LINEAR_EXACT", "SIGMOID") else "LINEAR"


def _find_padding(facts: Any) -> tuple[float, float] | None:
    """The stored values that mark pixels outside of what was measured, first and last."""
    value = facts.get("PixelPaddingValue")
    if value is None:
        return None
    limit = facts.get("PixelPaddingRangeLimit")
    ends = (float(value), float(value if limit is None else limit))
    return min(ends), max(ends)


def _apply_window(
    raw: NDArray[Any], facts: Any, padding: tuple[float, float] | None
) -> tuple[NDArray[np.uint16], str]:
    """Stored values (up to 16 bits) to 0 to 65535 by the file's lookup table or window.

    Each stored value that can occur is mapped once, so that a large image takes no more memory.
    """
    from pydicom.pixels.processing import apply_modality_lut, apply_voi, apply_windowing

    info = np.iinfo(raw.dtype)
    stored = np.arange(info.min, info.max + 1).astype(raw.dtype)
    values = np.asarray(apply_modality_lut(stored, facts))
    if "VOILUTSequence" in facts:
        mapped = np.asarray(apply_voi(values, facts))
        bits = int(facts.VOILUTSequence[0].LUTDescriptor[2])
        span = Span(0, 2**bits - 1)
        rule = "lookup table of the file"
    else:
        facts.VOILUTFunction = _name_function(facts)
        with np.errstate(over="ignore"):
            ends = apply_windowing(np.array([-_BEYOND, _BEYOND]), facts)
            mapped = np.asarray(apply_windowing(values, facts))
        span = Span(float(ends[0]), float(ends[1]))
        centre, width = _find_window(facts) or (0.0, 0.0)
        rule = f"window {centre:g}/{width:g} of the file"
        rule += "" if facts.VOILUTFunction == "LINEAR" else f", {facts.VOILUTFunction}"
    table = fill(mapped[None], span)[0]
    if padding is not None:
        is_inverted = facts.get("PhotometricInterpretation") == "MONOCHROME1"
        table[(stored >= padding[0]) & (stored <= padding[1])] = 65535 if is_inverted else 0
    return _look_up(table, raw), rule


def _look_up(table: NDArray[np.uint16], raw: NDArray[Any]) -> NDArray[np.uint16]:
    """The table's value of each pixel; the table begins at the least value of the pixels' type."""
    native = raw.astype(raw.dtype.newbyteorder("="), copy=False)
    unsigned = native.view(f"u{raw.itemsize}")
    if raw.dtype.kind == "i":
        table = np.roll(table, len(table) // 2)  # two's complement: negative values come last
    found: NDArray[np.uint16] = table[unsigned]
    return found
