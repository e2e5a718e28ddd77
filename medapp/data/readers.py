"""One file's bytes to an upright array, a reader a format. To add one: write it, and name its suffixes in `READERS`.

What a reader does not know: paths, data sets, how the pixels are shown. Whatever a damaged file makes a library raise
is turned into an `ImageError` by `medapp.data.image`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from medapp.errors import ImageError

MAX_PIXELS = 100_000_000  # a mammogram has 20 million; a few kB can claim billions


@dataclass(frozen=True)
class Picture:
    """A decoded file.

    Attributes:
        pixels: (H, W) or (H, W, 3), uint8 or uint16, upright, bright is high.
        stored_as: what the file holds where that is more or other than the array says, such as "palette"; else "".
        format: such as "PNG".
    """

    pixels: NDArray[Any]
    stored_as: str
    format: str


Reader = Callable[[IO[bytes]], Picture]


def read_with_pillow(file: IO[bytes]) -> Picture:
    """PNG, JPEG, TIFF, BMP or WebP, told apart by content.

    What is transparent lies on black. Of several pages the first is taken. 16 bits are kept for grey; of colours with
    16 bits a channel the upper 8 are read. Numbers beyond 16 bits are stretched to them.
    """
    _silence()
    with Image.open(file, formats=("PNG", "JPEG", "TIFF", "BMP", "WEBP")) as image:
        _check_size(*image.size)
        name, stored_as = image.format or "", _describe(image)
        image.load()
        return Picture(_to_array(ImageOps.exif_transpose(image)), stored_as, name)


def _silence() -> None:
    """Libraries tell standard error what they mended; here a file can be read or cannot, and the size limit is stricter."""
    warnings.filterwarnings("ignore", module="PIL|pydicom")
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def _describe(image: Image.Image) -> str:
    """How an image is stored, as far as the array that is made of it does not say so. Ask before it is loaded."""
    names = {"L": "", "RGB": "", "1": "1 bit", "P": "palette", "I": "32 bits", "F": "floating point"}
    stored = "" if image.mode.startswith("I;16") else names.get(image.mode, image.mode)
    if not image.mode.startswith("I") and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ())):
        stored = "16 bits a channel"
    pages = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # MPO: a JPEG with a preview or a second eye
    return ", ".join(note for note in (stored, f"page 1 of {pages}" if pages > 1 else "") if note)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(f"it has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million")
    if width < 1 or height < 1:
        raise ImageError("it has no pixels")


def _to_array(image: Image.Image) -> NDArray[Any]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("I", "F"):
        values = np.asarray(image, np.float64)
        return values.astype(np.uint16) if _fits_16_bits(values) else stretch(values, *_find_range(values))
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"), np.uint16)
        return ((rgba[..., :3] * rgba[..., 3:] + 127) // 255).astype(np.uint8)
    return np.asarray(image.convert("RGB"))


def _fits_16_bits(values: NDArray[np.float64]) -> bool:
    return bool(((values >= 0) & (values <= 65535) & (values == np.trunc(values))).all())


def _find_range(values: NDArray[np.float64]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def stretch(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint16]:
    """Values to uint16: `low` and less, and what is no number, to 0; `high` and more to 65535."""
    known = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    return np.rint((known - low) * (65535.0 / (high - low) if high > low else 0.0)).astype(np.uint16)


def read_dicom(file: IO[bytes]) -> Picture:
    """The first frame of a DICOM file as a viewer shows it.

    Rescaling (PS3.3 C.11.1), then the first window, linear (C.11.2.1.2), or the lookup table, or else the whole range;
    MONOCHROME1 is inverted. Grey comes as uint16 that the window fills, or as it is stored where that is 8 bits
    without a window.
    """
    import pydicom  # 0.2 s that most starts do not need
    from pydicom.errors import BytesLengthException, InvalidDicomError
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
    from pydicom.pixels.utils import pixel_array

    _silence()
    try:
        facts = pydicom.dcmread(file)
    except (InvalidDicomError, BytesLengthException) as error:  # the two that are no ValueError
        raise ImageError("it is not a DICOM file, or its beginning is damaged") from error
    if "PixelData" not in facts:
        raise ImageError("this DICOM file holds no image")
    _check_size(int(facts.Columns), int(facts.Rows))
    frames = int(facts.get("NumberOfFrames") or 1)
    stored_as = ", ".join([f"{facts.BitsStored} bits"] + ([f"frame 1 of {frames}"] if frames > 1 else []))
    raw = pixel_array(facts, index=0)
    if facts.PhotometricInterpretation == "PALETTE COLOR":
        raw = apply_color_lut(raw, facts)
    if raw.ndim == 3:
        return Picture((raw // 256 if raw.itemsize > 1 else raw).astype(np.uint8), stored_as, "DICOM")
    rescaled, window = np.asarray(apply_modality_lut(raw, facts)), _find_window(facts)
    values = np.asarray(apply_voi_lut(rescaled, facts) if window is None else rescaled, np.float64)
    if window is None and raw.dtype == np.uint8 and (values == raw).all():
        pixels: NDArray[Any] = raw
    else:
        pixels = stretch(values, *(window or _find_range(values)))
    if facts.PhotometricInterpretation == "MONOCHROME1":
        pixels = np.iinfo(pixels.dtype).max - pixels
    return Picture(pixels, stored_as, "DICOM")


def _find_window(facts: Any) -> tuple[float, float] | None:
    """The first window's ends, in rescaled values; None where there is none, or a lookup table."""
    if "VOILUTSequence" in facts or facts.get("WindowCenter") is None or facts.get("WindowWidth") is None:
        return None
    centre, width = (float(np.atleast_1d(value)[0]) for value in (facts.WindowCenter, facts.WindowWidth))
    return (centre - width / 2, centre + width / 2 - 1) if width > 1 else None


READERS: dict[str, Reader] = {
    ".png": read_with_pillow,
    ".jpg": read_with_pillow,
    ".jpeg": read_with_pillow,
    ".tif": read_with_pillow,
    ".tiff": read_with_pillow,
    ".bmp": read_with_pillow,
    ".webp": read_with_pillow,
    ".dcm": read_dicom,
}
