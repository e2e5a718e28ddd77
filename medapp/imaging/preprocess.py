"""One image to the square of 8-bit pixels that a network sees, and the way back.

Every way of resizing is one rectangle of the original image, the `View`, drawn onto the square; so
a box or a heatmap goes back to the image by that rectangle alone. The order: crop borders → values
(range, percentiles) → CLAHE → resize → 8 bits. What lies between is computed in floating point,
so that 16-bit images lose nothing on the way.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import AfterValidator

from medapp.imaging.clahe import equalise
from medapp.imaging.geometry import View
from medapp.imaging.image import FILE, IMAGE, VALUE_RANGES
from medapp.imaging.readers.picture import MAX_PIXELS
from medapp.imaging.windows import MOST, NAMED, write_windows
from medapp.settings import Group, choice_of, setting

VERSION = 2  # of what `render_square` gives for the same input; enters every key of pixels
RESIZE_MODES = ("squash", "pad", "crop")
ResizeMode: Any = choice_of(lambda: RESIZE_MODES)
ValueRange: Any = choice_of(lambda: VALUE_RANGES)
WindowNames: Any = Annotated[str, AfterValidator(write_windows)]

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Preprocess(Group):
    """The settings from file to square; they stand in the recipe and travel with the model."""

    image_size: int = setting(
        128,
        "Image size",
        "Side of the square that the network sees.",
        unit="px",
        low=32,
        high=1024,
        step=32,
    )
    resize: ResizeMode = setting(
        "squash",
        "Resize",
        "squash fits the whole image and changes its proportions, pad keeps them and fills with"
        " black, crop keeps the middle.",
    )
    value_range: ValueRange = setting(
        FILE,
        "Range of values",
        "What becomes black and white. file: what the file says, by its window or its number of"
        " bits; without either, the 0.5 and 99.5 percentiles of the image. image: the darkest and"
        " the brightest pixel of each image, which undoes windows; 8-bit images stay as they are.",
    )
    windows: WindowNames = setting(
        "",
        "CT windows",
        "For CT in Hounsfield units: up to three windows, each a channel of the picture (lung, soft"
        " tissue, bone, brain, or a level and a width such as 40/400). Of two, the third channel is"
        " black. None: as the file says. Images without CT numbers stay as they would be.",
        suggestions=tuple(NAMED),
        most=MOST,
        words={"": "as the file says"},
    )
    percentile_clip: float = setting(
        0.0,
        "Percentile clip",
        "Share of the darkest and of the brightest pixels that become black and white.",
        unit="%",
        low=0.0,
        high=20.0,
        words={"0": "off"},
    )
    clahe: float = setting(
        0.0,
        "Local contrast (CLAHE)",
        "Clip limit of the adaptive histogram equalisation. 0 is off, 2 is usual.",
        low=0.0,
        high=10.0,
        words={"0": "off"},
    )
    crop_borders: bool = setting(
        False, "Crop black borders", "Cut the dark frame around the image before it is resized."
    )


@dataclass(frozen=True)
class Square:
    """What a network sees of an image.

    Attributes:
        pixels: (S, S) or (S, S, 3) uint8; black outside the image.
        view: the rectangle of the image that fills the square.
    """

    pixels: Bytes
    view: View


def render_square(image: NDArray[Any], preprocess: Preprocess) -> Square:
    """An image (H, W) or (H, W, 3), uint8 or uint16, to the square that a network sees.

    Args:
        image: as `load_image` gives it for the `value_range` and `windows` of `preprocess`.
    """
    view = _find_view(image, preprocess)
    size = preprocess.image_size
    return Square(_resize(_adjust(image, preprocess), view, (size, size)), view)


def _find_view(image: NDArray[Any], preprocess: Preprocess) -> View:
    x0, y0, x1, y1 = _find_content(image, preprocess)
    width = x1 - x0
    height = y1 - y0
    if preprocess.resize == "squash":
        return View(x0, y0, x1, y1)
    half = (max(width, height) if preprocess.resize == "pad" else min(width, height)) / 2
    x = (x0 + x1) / 2
    y = (y0 + y1) / 2
    return View(x - half, y - half, x + half, y + half)


def render_full(
    image: NDArray[Any], preprocess: Preprocess | None = None, longest_px: int | None = None
) -> Bytes:
    """A whole image as a person sees it: uint8, with the contrast of `preprocess`.

    Args:
        longest_px: of the image's longer side at most.
    """
    height, width = image.shape[:2]
    scale = min(1.0, (longest_px or max(height, width)) / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _resize(_adjust(image, preprocess or Preprocess()), View(0, 0, width, height), size)


def _find_content(image: NDArray[Any], preprocess: Preprocess) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the image, or where black borders are cropped of what they surround.

    Borders end at the outermost rows and columns of which at least 2% is brighter than 6% of the
    image's range.
    """
    whole = 0, 0, image.shape[1], image.shape[0]
    if not preprocess.crop_borders:
        return whole
    grey = image if image.ndim == 2 else image.max(2)
    low = int(grey.min())
    high = int(grey.max())
    bright = grey > low + 0.06 * (high - low)
    rows = np.flatnonzero(bright.mean(1) >= 0.02)
    columns = np.flatnonzero(bright.mean(0) >= 0.02)
    if not rows.size or not columns.size:
        return whole
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _adjust(image: NDArray[Any], preprocess: Preprocess) -> Bytes | Floats:
    """Contrast: uint8 as it came where nothing is to be done, else float32 in 0 to 255."""
    is_stretched = image.dtype != np.uint8 and preprocess.value_range == IMAGE
    if not (is_stretched or preprocess.percentile_clip or preprocess.clahe):
        return image if image.dtype == np.uint8 else _to_255(image)
    x0, y0, x1, y1 = _find_content(image, preprocess)
    low = 0.0
    high = float(np.iinfo(image.dtype).max)
    if is_stretched or preprocess.percentile_clip:
        cut = preprocess.percentile_clip
        low, high = (float(v) for v in np.percentile(image[y0:y1, x0:x1], (cut, 100 - cut)))
    values: Floats = np.clip(
        (image.astype(np.float32) - low) / ((high - low) or 1.0), 0.0, 1.0, dtype=np.float32
    )
    if preprocess.clahe:
        values[y0:y1, x0:x1] = _equalise_colours(values[y0:y1, x0:x1], preprocess.clahe)
    values *= np.float32(255.0)
    return values


def _to_255(image: NDArray[Any]) -> Floats:
    """uint16 to 0 to 255 in floating point."""
    values: Floats = image.astype(np.float32)
    values /= np.float32(257)
    return values


def _equalise_colours(values: Floats, clip_limit: float) -> Floats:
    """`equalise` for (H, W) or (H, W, 3): the same gain for all channels, so that hues stay."""
    if values.ndim == 2:
        return equalise(values, clip_limit)
    grey = values.mean(2)
    gain = equalise(grey, clip_limit) / np.maximum(grey, np.float32(1e-6))
    brightened: Floats = np.minimum(values * gain[..., None], np.float32(1.0))
    return brightened


def _resize(values: Bytes | Floats, view: View, size: tuple[int, int]) -> Bytes:
    """The view of values (H, W) or (H, W, 3), drawn onto `size` (width, height).

    Outside of the values it is black. The filter is a triangle over the source area, so that
    nothing aliases.
    """
    height, width = values.shape[:2]
    left, top, right, bottom = (
        math.ceil(max(0.0, beyond))
        for beyond in (-view.x0, -view.y0, view.x1 - width, view.y1 - height)
    )
    if (width + left + right) * (height + top + bottom) > MAX_PIXELS:
        return _resize_narrow(values, view, size)
    canvas: NDArray[Any] = values
    if left or top or right or bottom:
        canvas = np.pad(values, ((top, bottom), (left, right), (0, 0))[: values.ndim])
    box = (view.x0 + left, view.y0 + top, view.x1 + left, view.y1 + top)
    if canvas.dtype == np.uint8:
        return np.asarray(_draw(canvas, box, size))
    if canvas.ndim == 2:
        drawn = np.asarray(_draw(canvas, box, size))
    else:
        channels = [np.asarray(_draw(c, box, size)) for c in np.moveaxis(canvas, 2, 0)]
        drawn = np.stack(channels, axis=2)
    rounded: Bytes = np.rint(np.clip(drawn, 0, 255)).astype(np.uint8)
    return rounded


def _resize_narrow(values: Bytes | Floats, view: View, size: tuple[int, int]) -> Bytes:
    """`_resize` of an image so long and narrow that its padded canvas would fill the memory.

    First along the long side, which the view spans, then across it by the weights of the same
    triangle: what is beyond the image is black and counts.
    """
    height, width = values.shape[:2]
    if height > width:
        turned = View(view.y0, view.x0, view.y1, view.x1)
        return _resize_narrow(values.swapaxes(0, 1), turned, size[::-1]).swapaxes(0, 1)
    thin = _resize(values, View(view.x0, 0, view.x1, height), (size[0], height))
    scale = (view.y1 - view.y0) / size[1]
    centres = view.y0 + (np.arange(size[1]) + 0.5) * scale
    away = np.abs(np.arange(height) + 0.5 - centres[:, None]) / scale
    drawn = np.tensordot(np.maximum(0.0, 1 - away) / scale, thin, axes=(1, 0))
    rounded: Bytes = np.rint(np.clip(drawn, 0, 255)).astype(np.uint8)
    return rounded


def _draw(
    channel: NDArray[Any], box: tuple[float, float, float, float], size: tuple[int, int]
) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(channel))
    return image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3.0)
