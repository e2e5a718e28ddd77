"""PNG, JPEG, TIFF, BMP, WebP, GIF, PNM, JPEG 2000 and AVIF, with Pillow."""

import sys
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, TiffImagePlugin

from medapp.imaging.png import Calibration, Remarks, read_remarks
from medapp.imaging.readers.picture import (
    STRIP_PIXELS,
    Measured,
    Picture,
    Span,
    build_spacing,
    check_frame,
    check_size,
    choose_page,
    find_depth_span,
    find_percentile_span,
    is_blank,
    measure_pixels,
    silence_libraries,
)
from medapp.notes import Note

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF")
TRANSPARENT = Note(
    "transparent",
    "Every pixel of this image is transparent: what is seen is black, and so is what the network"
    " sees.",
    "grave",
    "Export the image again without transparency.",
)
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_PHOTOMETRIC = 262  # of TIFF; 0 says that the least value is white
_SAMPLE_FORMAT = 339  # of TIFF; 1, or nothing, says that whole numbers have no sign
_NATIVE = "L" if sys.byteorder == "little" else "B"

# Kinds of TIFF that Pillow decodes and does not list: 64-bit floating point, and deep numbers whose
# least value is white; without a sign, 32 bits come as if they had one.
_LISTED = TiffImagePlugin.OPEN_INFO
_LISTED.setdefault((b"II", 1, (3,), 1, (64,), ()), ("F", "F;64F"))
_LISTED.setdefault((b"MM", 1, (3,), 1, (64,), ()), ("F", "F;64BF"))
_LISTED.setdefault((b"MM", 1, (1,), 1, (32,), ()), ("I", "I;32BS"))
for _key in [k for k in _LISTED if k[1] == 1 and k[4] in ((16,), (32,), (64,))]:
    _LISTED.setdefault((_key[0], 0, *_key[2:]), _LISTED[_key])


def read_with_pillow(file: IO[bytes], page: int | None = None) -> Picture:
    """One of `FORMATS`, told apart by content.

    What is transparent lies on black. 16 bits are kept for grey and for colours. What is black and
    white is said by the number of bits; for numbers beyond 16 bits, below 0 or with a fraction by
    the image's percentiles.

    Args:
        page: from 0; None for the first that shows something.
    """
    silence_libraries()
    with Image.open(file, formats=FORMATS) as image:
        pages = _count_pages(image)
        check_frame(page, pages, "page")
        if page is not None:
            image.seek(page)
            return _read_page(file, image, pages, page + 1, is_asked=True)
        first = _read_page(file, image, pages, 1)
        if pages > 1 and is_blank(first.pixels):
            for number in range(2, pages + 1):
                image.seek(number - 1)
                later = _read_page(file, image, pages, number)
                if not is_blank(later.pixels):
                    return later
        return first


def count_pages(file: IO[bytes]) -> int:
    """How many pages a file holds that `read_with_pillow` reads."""
    silence_libraries()
    with Image.open(file, formats=FORMATS) as image:
        return _count_pages(image)


def _count_pages(image: Image.Image) -> int:
    # The further pages of an MPO, which is a JPEG, are a preview or the view of a second eye.
    return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))


def _read_page(
    file: IO[bytes], image: Image.Image, pages: int, number: int, is_asked: bool = False
) -> Picture:
    check_size(*image.size)
    words, notes = choose_page(number, pages, "page", is_asked)
    name = image.format or ""
    stored_as = _describe(image)  # before the image is loaded, which makes Pillow forget how
    is_white_0 = _find_tag(image, _PHOTOMETRIC) == 0
    deep = _read_deep_colours(file, image, number)
    pixels = deep if deep is not None else _to_array(image)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        if not pixels[..., -1].any():
            notes = (*notes, TRANSPARENT)
        pixels = _lay_on_black(pixels)
    stored_as = ", ".join(word for word in (stored_as, words) if word)
    span = None if pixels.dtype == np.uint8 else _find_span(pixels, is_white_0)
    said = read_remarks(file) if name == "PNG" else Remarks()
    if span is not None and said.bits:
        span = Span(0, 65535, "16 bits")
    measured = measure_pixels(pixels, span)
    if measured is not None and said.calibration is not None:
        measured = _calibrate(measured, said.calibration)
    spacing = build_spacing(*said.spacing_mm) if said.spacing_mm else None
    frames = (number - 1, pages) if pages > 1 else None
    return Picture(pixels, stored_as, name, span, notes, measured, spacing, frames)


def _calibrate(measured: Measured, said: Calibration) -> Measured:
    """Values of 16 bits as a PNG says what they stand for."""
    ends = (said.low, said.high)
    return replace(
        measured,
        slope=(said.high - said.low) / 65535,
        intercept=said.low,
        ends=ends,
        unit=said.unit,
        limits=ends if said.is_cut else None,
    )


def _describe(image: Image.Image) -> str:
    """How an image is stored, as far as the array that is made of it does not say so."""
    names = {
        "L": "",
        "RGB": "",
        "1": "1 bit",
        "P": "palette",
        "I": "32 bits",
        "F": "floating point",
    }
    if _is_deep(image):
        return "16 bits a channel"
    return "" if image.mode.startswith("I;16") else names.get(image.mode, image.mode)


def _find_tag(image: Image.Image, tag: int) -> Any:
    return getattr(image, "tag_v2", {}).get(tag)


def _list_raw_modes(image: Image.Image) -> list[str]:
    """How the file's bytes are laid out, by Pillow's names, such as "RGB;16B"."""
    tiles = getattr(image, "tile", ())
    return [str(t[3][0] if isinstance(t[3], tuple) else t[3]) for t in tiles]


def _is_deep(image: Image.Image) -> bool:
    """Whether an image has several channels of 16 bits, of which Pillow keeps 8."""
    raw = _list_raw_modes(image)
    return not image.mode.startswith("I") and any(";16" in name for name in raw)


def _read_deep_colours(
    file: IO[bytes], image: Image.Image, number: int
) -> NDArray[np.uint16] | None:
    """Channels of 16 bits (H, W, C), C from 2 to 4; None where that is not what the file holds.

    Pillow keeps the upper byte of each channel. Told that the bytes are in the other order, it
    gives the lower one.
    """
    raw = set(_list_raw_modes(image))
    if raw == {"LA;16B"}:
        _set_raw_mode(image, "RGBA")  # four bytes a pixel: grey and opacity, upper and lower
        four = np.asarray(_load(image))
        both: NDArray[np.uint16] = four[..., 0::2] * np.uint16(256) + four[..., 1::2]
        return both
    if len(raw) != 1 or not raw <= {f"{c};16{o}" for c in ("RGB", "RGBA", "RGBX") for o in "LBN"}:
        return None
    channels, order = raw.pop().split(";16")
    order = _NATIVE if order == "N" else order
    position = file.tell()
    file.seek(0)
    with Image.open(file, formats=FORMATS) as again:
        again.seek(number - 1)
        again.load_prepare()  # what Pillow says of transparency is not asked here
        _set_raw_mode(again, f"{channels};16{'B' if order == 'L' else 'L'}")
        lower = np.asarray(_load(again))
    file.seek(position)
    _set_raw_mode(image, f"{channels};16{order}")
    deep = np.asarray(_load(image)).astype(np.uint16)
    deep *= 256
    deep += lower
    return deep[..., :3] if channels == "RGBX" else deep


def _set_raw_mode(image: Image.Image, name: str) -> None:
    image.tile = [  # type: ignore[attr-defined]
        t._replace(args=(name, *t.args[1:]) if isinstance(t.args, tuple) else name)
        for t in image.tile  # type: ignore[attr-defined]
    ]


def _load(image: Image.Image) -> Image.Image:
    """The decoded image, upright."""
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return image


def _to_array(image: Image.Image) -> NDArray[Any]:
    """Grey (H, W), RGB (H, W, 3), or RGB with opacity (H, W, 4)."""
    is_unsigned = _find_tag(image, _SAMPLE_FORMAT) in (None, 1, (1,))
    _load(image)
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode == "I":
        values = np.asarray(image)
        return values.view(np.uint32) if image.format == "TIFF" and is_unsigned else values
    if image.mode == "F":
        return np.asarray(image)
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _lay_on_black(pixels: NDArray[Any]) -> NDArray[Any]:
    """Channels and opacity (H, W, 2 or 4) to the channels on black (H, W, 3), strip by strip."""
    most = np.iinfo(pixels.dtype).max
    laid = np.empty((*pixels.shape[:2], 3), pixels.dtype)
    rows = max(1, STRIP_PIXELS // pixels.shape[1])
    for start in range(0, len(pixels), rows):
        strip = pixels[start : start + rows].astype(np.uint32)
        laid[start : start + rows] = (strip[..., :-1] * strip[..., -1:] + most // 2) // most
    return laid


def _find_span(pixels: NDArray[Any], is_white_0: bool) -> Span:
    """Which values are black and white in an image that is not of 8 bits."""
    span = find_depth_span(pixels) if _fits_16_bits(pixels) else find_percentile_span(pixels)
    return Span(span.high, span.low, span.rule) if is_white_0 else span


def _fits_16_bits(pixels: NDArray[Any]) -> bool:
    if pixels.dtype == np.uint16:
        return True
    with np.errstate(invalid="ignore"):
        fits = (pixels >= 0) & (pixels <= 65535) & (pixels == np.trunc(pixels))
    return bool(fits.all())
