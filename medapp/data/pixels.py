"""One image to the square of 8-bit pixels that a network sees, and the way back.

Every way of resizing is one rectangle of the original image, the `View`, drawn onto the square; so a box or a heatmap
goes back to the image by that rectangle alone. The order: crop borders → window (16 bits, percentiles) → CLAHE → resize
→ 8 bits. What lies between is computed in floating point, so that 16-bit images lose nothing on the way.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.data.cache import Cache
from medapp.data.image import decode_image, is_colour, read_content
from medapp.data.samples import Box, Sample
from medapp.data.threads import Progress, map_threaded
from medapp.errors import ImageError

VERSION = 1  # of what `render_pixels` gives for the same input; part of every cache key
_REMEDY = "Put the original back, or remove the data set and add it again."
RESIZE_MODES = ("squash", "pad", "crop")

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def _setting(default: Any, label: str, help: str, **facts: Any) -> Any:
    return field(default=default, metadata={"label": label, "help": help, **facts})


@dataclass(frozen=True)
class Preprocess:
    """From file to square; part of the recipe, travels with the model."""

    resize: str = _setting(
        "squash", "Resize",
        "squash fits the whole image and changes its proportions, pad keeps them and fills with black, crop keeps the middle.",
        choices=RESIZE_MODES,
    )  # fmt: skip
    percentile_clip: float = _setting(
        0.0, "Percentile clip", "Share of the darkest and of the brightest pixels that become black and white.",
        unit="%", low=0.0, high=20.0,
    )  # fmt: skip
    clahe: float = _setting(
        0.0, "Local contrast (CLAHE)", "Clip limit of the adaptive histogram equalisation. 0 is off, 2 is usual.",
        low=0.0, high=10.0,
    )  # fmt: skip
    crop_borders: bool = _setting(False, "Crop black borders", "Cut the dark frame around the image before it is resized.")


@dataclass(frozen=True)
class View:
    """The rectangle of the original image, in its pixels, that fills the square; where that is padded it reaches outside."""

    x0: float
    y0: float
    x1: float
    y1: float

    def to_square(self, box: Box, size_px: int) -> Box:
        """A box on the image to one on the square of `size_px`; not cut at its edges."""
        x, y = size_px / (self.x1 - self.x0), size_px / (self.y1 - self.y0)
        x0, y0 = self.x0, self.y0
        return Box(box.label, (box.x0 - x0) * x, (box.y0 - y0) * y, (box.x1 - x0) * x, (box.y1 - y0) * y)

    def from_square(self, box: Box, size_px: int) -> Box:
        """A box on the square of `size_px` to one on the image."""
        x, y = (self.x1 - self.x0) / size_px, (self.y1 - self.y0) / size_px
        x0, y0 = self.x0, self.y0
        return Box(box.label, box.x0 * x + x0, box.y0 * y + y0, box.x1 * x + x0, box.y1 * y + y0)


def find_view(image: NDArray[Any], preprocess: Preprocess) -> View:
    """The rectangle of an image (H, W) or (H, W, 3) that `render_pixels` draws onto the square."""
    x0, y0, x1, y1 = _find_content(image, preprocess)
    width, height = x1 - x0, y1 - y0
    if preprocess.resize == "squash":
        return View(x0, y0, x1, y1)
    half = (max(width, height) if preprocess.resize == "pad" else min(width, height)) / 2
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return View(x - half, y - half, x + half, y + half)


def render_pixels(image: NDArray[Any], preprocess: Preprocess, size_px: int) -> Bytes:
    """An image (H, W) or (H, W, 3), uint8 or uint16, to the square (S, S) or (S, S, 3), uint8; black outside of it."""
    return _resize(_adjust(image, preprocess), find_view(image, preprocess), (size_px, size_px))


def render_full(image: NDArray[Any], preprocess: Preprocess | None = None, longest_px: int | None = None) -> Bytes:
    """An image as a person sees it: all of it, uint8, with the contrast of `preprocess`, its longer side at most `longest_px`."""
    height, width = image.shape[:2]
    scale = min(1.0, (longest_px or max(height, width)) / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _resize(_adjust(image, preprocess or Preprocess()), View(0, 0, width, height), size)


def hash_pixels(samples: Sequence[Sample], preprocess: Preprocess, size_px: int) -> str:
    """What the pixels of these samples, in this order, are kept under: their contents and the settings, in hex."""
    words = json.dumps([VERSION, asdict(preprocess), size_px, [s.content_hash for s in samples]], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def load_pixels(
    samples: Sequence[Sample], preprocess: Preprocess, size_px: int, cache: Cache | None = None,
    on_progress: Progress | None = None,
) -> Bytes:  # fmt: skip
    """The squares of all samples: uint8 (N, S, S, C), C is 1 where all images are grey, else 3.

    From the cache, memory-mapped, where the same images were rendered with the same settings before.

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    shape = (len(samples), size_px, size_px, 3 if any(is_colour(s.mode) for s in samples) else 1)

    def fill(target: Bytes) -> None:
        squares = map_threaded(lambda sample: _load_square(sample, preprocess, size_px), samples, on_progress)
        for row, square in enumerate(squares):
            target[row] = square if square.ndim == 3 else square[..., None]

    if cache is None:
        target = np.zeros(shape, np.uint8)
        fill(target)
        return target
    key = hash_pixels(samples, preprocess, size_px)
    known = cache.load_array("pixels", key)
    return cache.build_array("pixels", key, shape, np.uint8, fill) if known is None or known.shape != shape else known


def _load_square(sample: Sample, preprocess: Preprocess, size_px: int) -> Bytes:
    try:
        content = read_content(sample.path)
        if hashlib.sha256(content).hexdigest() != sample.content_hash:
            raise ImageError("the file has changed since it was registered")
        image, _ = decode_image(content, sample.path.suffix)
    except OSError as error:
        raise ImageError(f"{sample.name} cannot be opened: {error.strerror or error}. {_REMEDY}") from error
    except ImageError as error:
        raise ImageError(f"{sample.name} cannot be used: {error}. {_REMEDY}") from error
    return render_pixels(image, preprocess, size_px)


def _find_content(image: NDArray[Any], preprocess: Preprocess) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of what counts: the image, or where black borders are cropped what they surround.

    That is: between the outermost rows and columns of which at least 2% is brighter than 6% of the image's range.
    """
    whole = 0, 0, image.shape[1], image.shape[0]
    if not preprocess.crop_borders:
        return whole
    grey = image if image.ndim == 2 else image.max(2)
    low, high = int(grey.min()), int(grey.max())
    bright = grey > low + 0.06 * (high - low)
    rows, columns = np.flatnonzero(bright.mean(1) >= 0.02), np.flatnonzero(bright.mean(0) >= 0.02)
    if not rows.size or not columns.size:
        return whole
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _adjust(image: NDArray[Any], preprocess: Preprocess) -> Bytes | Floats:
    """Contrast: uint8 as it came where nothing is to be done, else float32 in 0 to 255."""
    if image.dtype == np.uint8 and not preprocess.percentile_clip and not preprocess.clahe:
        return image
    x0, y0, x1, y1 = _find_content(image, preprocess)
    low, high = 0.0, 255.0
    if preprocess.percentile_clip or image.dtype != np.uint8:
        cut = preprocess.percentile_clip
        low, high = (float(v) for v in np.percentile(image[y0:y1, x0:x1], (cut, 100 - cut)))
    values: Floats = np.clip((image.astype(np.float32) - low) / ((high - low) or 1.0), 0.0, 1.0, dtype=np.float32)
    if preprocess.clahe:
        values[y0:y1, x0:x1] = _equalise_colours(values[y0:y1, x0:x1], preprocess.clahe)
    values *= np.float32(255.0)
    return values


def _equalise_colours(values: Floats, clip_limit: float) -> Floats:
    """`equalise` for (H, W) or (H, W, 3): the same gain for all channels, so that hues stay."""
    if values.ndim == 2:
        return equalise(values, clip_limit)
    grey = values.mean(2)
    gain = equalise(grey, clip_limit) / np.maximum(grey, np.float32(1e-6))
    brightened: Floats = np.minimum(values * gain[..., None], np.float32(1.0))
    return brightened


def equalise(values: Floats, clip_limit: float, tiles: int = 8, bins: int = 256) -> Floats:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994) of values (H, W) in 0 to 1.

    Each of `tiles` × `tiles` parts is mapped by its own cumulative histogram, in which no bin counts for more than
    `clip_limit` times the mean; the maps of the four nearest parts are mixed bilinearly. Within a bin the map is linear,
    so that fine steps survive.
    """
    height, width = values.shape
    row_tile, column_tile = (np.arange(n, dtype=np.int32) * tiles // n for n in (height, width))
    place = values * np.float32(bins)
    bin_of = np.minimum(place.astype(np.int32), bins - 1)
    within = place - bin_of
    tile_of = (row_tile[:, None] * tiles + column_tile) * bins
    counts = np.bincount((tile_of + bin_of).ravel(), minlength=tiles * tiles * bins).reshape(-1, bins)
    areas = np.maximum(counts.sum(1, keepdims=True), 1)
    kept = np.minimum(counts, max(clip_limit, 1.0) * areas / bins)
    steps = (kept + (areas - kept.sum(1, keepdims=True)) / bins) / areas
    ends = np.cumsum(steps, 1).astype(np.float32).ravel()
    steps = steps.astype(np.float32).ravel()
    mixed = np.zeros_like(values)
    for rows, row_weights in _find_neighbours(height, tiles):
        for columns, column_weights in _find_neighbours(width, tiles):
            at = (rows[:, None] * tiles + columns) * bins + bin_of
            mapped = ends.take(at) + (within - 1) * steps.take(at)
            mixed += row_weights[:, None] * column_weights * mapped
    return mixed


def _find_neighbours(length: int, tiles: int) -> list[tuple[NDArray[np.int32], Floats]]:
    """For each pixel along an axis the tile whose centre is before it and the one after, with their weights."""
    place = np.clip((np.arange(length) + 0.5) * tiles / length - 0.5, 0, tiles - 1)
    before = place.astype(np.int32)
    share = (place - before).astype(np.float32)
    return [(before, 1 - share), (np.minimum(before + 1, tiles - 1), share)]


def _resize(values: Bytes | Floats, view: View, size: tuple[int, int]) -> Bytes:
    """The view of values (H, W) or (H, W, 3) drawn onto `size` (width, height), black outside of them.

    The filter is a triangle over the source area, so nothing aliases.
    """
    height, width = values.shape[:2]
    left, top, right, bottom = (math.ceil(max(0.0, beyond)) for beyond in (-view.x0, -view.y0, view.x1 - width, view.y1 - height))
    canvas: NDArray[Any] = values
    if left or top or right or bottom:
        canvas = np.pad(values, ((top, bottom), (left, right), (0, 0))[: values.ndim])
    box = (view.x0 + left, view.y0 + top, view.x1 + left, view.y1 + top)
    if canvas.dtype == np.uint8:
        return np.asarray(_draw(canvas, box, size))
    if canvas.ndim == 2:
        drawn = np.asarray(_draw(canvas, box, size))
    else:
        drawn = np.stack([np.asarray(_draw(channel, box, size)) for channel in np.moveaxis(canvas, 2, 0)], axis=2)
    rounded: Bytes = np.rint(np.clip(drawn, 0, 255)).astype(np.uint8)
    return rounded


def _draw(channel: NDArray[Any], box: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(channel))
    return image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3.0)
