"""One file's bytes to an upright array, a reader a format. To add one: write `read(file) -> Picture` and name its suffixes in `READERS`.

What a reader does not know: paths, data sets, how the pixels are shown. Whatever a damaged file makes a library raise is turned into an
`ImageError` by `medapp.data.image`.
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
        stored_as: what the file holds where that is more or other than the array says, such as "palette" or "page 1 of 5"; else "".
        format: such as "PNG".
    """

    pixels: NDArray[Any]
    stored_as: str
    format: str


Reader = Callable[[IO[bytes]], Picture]


def read_with_pillow(file: IO[bytes]) -> Picture:
    """PNG, JPEG, TIFF, BMP or WebP, told apart by content. Transparent pixels lie on black; of several pages the first is taken."""
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # the limit below is checked instead
    with Image.open(file, formats=("PNG", "JPEG", "TIFF", "BMP", "WEBP")) as image:
        _check_size(*image.size)
        name, mode, pages = image.format or "", image.mode, getattr(image, "n_frames", 1)
        is_deep = mode not in ("I", "F") and any(";16" in str(tile[3]) for tile in image.tile) and not mode.startswith("I;16")
        image.load()
        upright = ImageOps.exif_transpose(image)
        pixels = _to_array(upright)
    notes = [{"L": "", "RGB": "", "1": "1 bit", "P": "palette", "I": "32 bits", "F": "floating point"}.get(mode, mode)]
    notes = ["16 bits a channel"] if is_deep else [""] if mode.startswith("I;16") else notes
    if pages > 1 and name != "MPO":
        notes.append(f"page 1 of {pages}")
    return Picture(pixels, ", ".join(n for n in notes if n), name)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(f"it has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million")
    if width < 1 or height < 1:
        raise ImageError("it has no pixels")


def _to_array(image: Image.Image) -> NDArray[Any]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("I", "F"):
        return stretch(np.asarray(image, np.float64))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"), np.uint16)
        return ((rgba[..., :3] * rgba[..., 3:] + 127) // 255).astype(np.uint8)
    return np.asarray(image.convert("RGB"))


def stretch(values: NDArray[np.float64], low: float | None = None, high: float | None = None) -> NDArray[np.uint16]:
    """Values to the whole of uint16, `low` (else the least) to 0, `high` (else the greatest) to 65535. Whole numbers that fit stay."""
    finite = np.isfinite(values)
    values = np.where(finite, values, values[finite].min(initial=0.0) if not finite.all() else 0.0)
    if low is None and high is None and values.min() >= 0 and values.max() <= 65535 and (values == np.floor(values)).all():
        return values.astype(np.uint16)
    bottom, top = float(values.min()) if low is None else low, float(values.max()) if high is None else high
    scaled = (np.clip(values, bottom, top) - bottom) * (65535.0 / (top - bottom) if top > bottom else 0.0)
    return np.rint(scaled).astype(np.uint16)


def read_dicom(file: IO[bytes]) -> Picture:
    """The first frame of a DICOM file, through its rescaling and its first window (PS3.3 C.11.1, C.11.2; linear), black and white as shown."""
    import pydicom  # 0.2 s that most starts do not need
    from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

    facts = pydicom.dcmread(file)
    if "PixelData" not in facts:
        raise ImageError("this DICOM file holds no image")
    _check_size(int(facts.Columns), int(facts.Rows))
    frames, kind = int(facts.get("NumberOfFrames") or 1), str(facts.PhotometricInterpretation)
    raw = pixel_array(facts, index=0)
    note = f"frame 1 of {frames}" if frames > 1 else ""
    if kind == "PALETTE COLOR":
        raw = apply_color_lut(raw, facts)
    if raw.ndim == 3:
        return Picture((raw >> 8).astype(np.uint8) if raw.dtype == np.uint16 else raw.astype(np.uint8), note, "DICOM")
    values = np.asarray(apply_modality_lut(raw, facts), np.float64)
    window = _find_window(facts)
    if window is not None:
        pixels = stretch(values, *window)
    else:
        pixels = stretch(np.asarray(apply_voi_lut(np.asarray(apply_modality_lut(raw, facts)), facts), np.float64), None, None)
    if kind == "MONOCHROME1":
        pixels = (np.uint16(pixels.max()) - pixels).astype(np.uint16) if window is None else (np.uint16(65535) - pixels).astype(np.uint16)
    if window is None and int(facts.BitsStored) <= 8 and pixels.max() <= 255:
        return Picture(pixels.astype(np.uint8), note, "DICOM")
    return Picture(pixels, ", ".join(n for n in (f"{facts.BitsStored} bits", note) if n), "DICOM")


def _find_window(facts: Any) -> tuple[float, float] | None:
    """The first window's ends in rescaled values; None where there is none (or a lookup table instead)."""
    centre, width = facts.get("WindowCenter"), facts.get("WindowWidth")
    if centre is None or width is None or "VOILUTSequence" in facts:
        return None
    first = [float(v[0] if isinstance(v, list | tuple) or hasattr(v, "append") else v) for v in (centre, width)]
    return (first[0] - 0.5 - (first[1] - 1) / 2, first[0] - 0.5 + (first[1] - 1) / 2) if first[1] > 1 else None


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
