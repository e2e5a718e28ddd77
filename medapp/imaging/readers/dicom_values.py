"""The grey values of a DICOM image, and which of them are black and white."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.readers.dicom_file import read_code, read_element
from medapp.imaging.readers.picture import (
    HOUNSFIELD,
    Measured,
    Span,
    count_bits,
    fill,
    find_percentile_span,
    look_up,
)

# Of PET, by their code (PS3.3 C.8.9.1.1.3).
_UNITS = {"BQML": "Bq/ml", "CNTS": "counts", "GML": "g/ml"}
_BEYOND = 1e9  # a value that every window cuts off


def span_bits(bits: int) -> Span:
    """The span of a number of bits."""
    return Span(0, 2**bits - 1, count_bits(bits))


def find_span(raw: NDArray[Any], facts: Any, bits: int) -> tuple[NDArray[Any], Span | None]:
    """Grey values (H, W), and which of them are black and white; None for 8 bits as stored."""
    from pydicom.pixels.processing import apply_modality_lut

    padding = _find_padding(facts)
    is_windowed = "VOILUTSequence" in facts or _find_window(facts) is not None
    if is_windowed and raw.dtype.kind in "iu" and raw.itemsize <= 2:
        shown, rule = _apply_window(raw, facts, padding)
        return shown, _turn(Span(0, 65535, rule), facts)
    slope, intercept = read_rescale(facts)
    if "ModalityLUTSequence" in facts:
        raw = np.asarray(apply_modality_lut(raw, facts))
        padding = None
        slope = 1.0
        intercept = 0.0
    elif raw.dtype.kind == "u" and bits <= 8 and padding is None and slope == 1 and not intercept:
        if bits == 8:
            is_inverted = is_white_low(facts)
            return 255 - raw if is_inverted else raw, None
        return raw, _turn(span_bits(bits), facts)
    found = find_percentile_span(raw, padding)
    low = found.low * slope + intercept
    high = found.high * slope + intercept
    rule = found.rule.partition(",")[0]
    rule += f", {low:.4g} to {high:.4g}{' HU' if _is_hounsfield(facts) else ''}"
    ends = (found.low, found.high) if slope > 0 else (found.high, found.low)
    return raw, _turn(Span(*ends, rule, padding), facts)


def find_measured(raw: NDArray[Any], facts: Any, span: Span | None) -> Measured:
    """What grey values (H, W), as they are stored, stand for: those of a CT are in HU.

    Args:
        span: as `find_span` gives it.
    """
    from pydicom.pixels.processing import apply_modality_lut

    values, slope, intercept = raw, *read_rescale(facts)
    padding = _find_padding(facts)
    if "ModalityLUTSequence" in facts:
        values = np.asarray(apply_modality_lut(raw, facts))
        slope, intercept, padding = 1.0, 0.0, None
    window = _find_window(facts)
    ends = None
    if window is None and "VOILUTSequence" not in facts and span is not None:
        low, high = sorted(end * slope + intercept for end in (span.low, span.high))
        ends = (low, high)
    unit = _find_unit(facts)
    return Measured(values, slope, intercept, padding, window, ends, unit, is_white_low(facts))


def read_rescale(facts: Any) -> tuple[float, float]:
    """Slope and intercept from what is stored to what is meant (PS3.3 C.11.1)."""
    return float(facts.get("RescaleSlope") or 1), float(facts.get("RescaleIntercept") or 0)


def _find_unit(facts: Any) -> str:
    """The unit of the rescaled values; "" where the file names none that is known."""
    if _is_hounsfield(facts):
        return HOUNSFIELD
    return _UNITS.get(read_code(facts, "Units"), "") if read_code(facts, "Modality") == "PT" else ""


def _is_hounsfield(facts: Any) -> bool:
    """Whether rescaled values are in HU (PS3.3 C.8.2.1.1.6): those of a CT, but for its localizer.

    A CT without a rescale does not say what its values are.
    """
    table = (facts.get("ModalityLUTSequence") or [{}])[0]
    unit = read_code(facts, "RescaleType") or read_code(table, "ModalityLUTType")
    is_rescaled = bool(table) or ("RescaleSlope" in facts and "RescaleIntercept" in facts)
    kinds = facts.get("ImageType") or []
    is_localizer = "LOCALIZER" in [str(kind).upper() for kind in kinds]
    is_ct = read_code(facts, "Modality") == "CT" and not unit and not is_localizer
    return is_rescaled and (unit == "HU" or is_ct)


def is_white_low(facts: Any) -> bool:
    """Whether the least value is white: MONOCHROME1 (PS3.3 C.7.6.3.1.2), or the inverse shape of
    a presentation table (C.11.6); one that says both means the same by it.
    """
    is_inverse = read_code(facts, "PresentationLUTShape") == "INVERSE"
    return is_inverse or read_code(facts, "PhotometricInterpretation") == "MONOCHROME1"


def _turn(span: Span, facts: Any) -> Span:
    """The span, with black and white exchanged where the file stores white as its least value."""
    if not is_white_low(facts):
        return span
    return Span(span.high, span.low, span.rule, span.padding)


def _find_window(facts: Any) -> tuple[float, float] | None:
    """Centre and width of the first window; None without one that can be applied."""
    ends = (read_element(facts, "WindowCenter"), read_element(facts, "WindowWidth"))
    try:
        centre, width = (float(np.atleast_1d(end)[0]) for end in ends)
    except (TypeError, ValueError, IndexError):
        return None
    least = 1 if _name_function(facts) == "LINEAR" else np.nextafter(0, 1)
    return (centre, width) if np.isfinite(centre) and least <= width < np.inf else None


def _name_function(facts: Any) -> str:
    name = read_code(facts, "VOILUTFunction") or "LINEAR"
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
        is_inverted = is_white_low(facts)
        table[(stored >= padding[0]) & (stored <= padding[1])] = 65535 if is_inverted else 0
    return look_up(table, raw), rule
