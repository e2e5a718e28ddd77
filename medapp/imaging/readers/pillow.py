"""PNG, JPEG, TIFF, BMP, WebP, GIF, PNM, JPEG 2000 and AVIF, with Pillow."""

from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from medapp.imaging.readers.picture import (
    Picture,
    check_size,
    find_range,
    silence_libraries,
    stretch,
)

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF")


def read_with_pillow(file: IO[bytes]) -> Picture:
    """One of `FORMATS`, told apart by content.

    What is transparent lies on black. Of several pages the first is taken. 16 bits are kept for
    grey; of colours with 16 bits a channel the upper 8 are read. Numbers beyond 16 bits are
    stretched to them.
    """
    silence_libraries()
    with Image.open(file, formats=FORMATS) as image:
        check_size(*image.size)
        name = image.format or ""
        stored_as = _describe(image)
        image.load()
        return Picture(_to_array(ImageOps.exif_transpose(image)), stored_as, name)


def _describe(image: Image.Image) -> str:
    """How an image is stored, as far as the array that is made of it does not say so.

    Call this before the image is loaded, which makes Pillow forget how.
    """
    names = {
        "L": "",
        "RGB": "",
        "1": "1 bit",
        "P": "palette",
        "I": "32 bits",
        "F": "floating point",
    }
    stored = "" if image.mode.startswith("I;16") else names.get(image.mode, image.mode)
    tiles = getattr(image, "tile", ())
    if not image.mode.startswith("I") and any(";16" in str(tile[3]) for tile in tiles):
        stored = "16 bits a channel"
    # The further pages of an MPO, which is a JPEG, are a preview or the view of a second eye.
    pages = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    page = f"page 1 of {pages}" if pages > 1 else ""
    return ", ".join(note for note in (stored, page) if note)


def _to_array(image: Image.Image) -> NDArray[Any]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("I", "F"):
        values = np.asarray(image, np.float64)
        if _fits_16_bits(values):
            return values.astype(np.uint16)
        return stretch(values, *find_range(values))
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"), np.uint16)
        return ((rgba[..., :3] * rgba[..., 3:] + 127) // 255).astype(np.uint8)
    return np.asarray(image.convert("RGB"))


def _fits_16_bits(values: NDArray[np.float64]) -> bool:
    return bool(((values >= 0) & (values <= 65535) & (values == np.trunc(values))).all())
