"""One image to the square of 8-bit pixels that a network sees, and the way back.

Every way of resizing is one rectangle of the original image, the `View`, drawn onto the square; so a box or a heatmap goes back to the
image by that rectangle alone. The order: crop borders → window (16 bits, percentiles) → CLAHE → resize → 8 bits. What is computed between
the first and the last step is in floating point, so that 16-bit images lose nothing on the way.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.data.cache import Cache
from medapp.data.image import decode_image, is_colour
from medapp.data.samples import Box, Sample
from medapp.data.threads import Progress, map_threaded
from medapp.errors import ImageError

VERSION = 1  # of what `render_pixels` gives for the same input; part of every cache key
RESIZE_MODES = ("squash", "pad", "crop")

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def _setting(default: Any, label: str, help: str, **facts: Any) -> Any:
    return field(default=default, metadata={"label": label, "help": help, **facts})


@dataclass(frozen=True)
class Preprocess:
    """From file to square; part of the recipe, travels with the model."""

    resize: str = _setting(
        "squash", "Resize", "squash fits the whole image and changes its proportions, pad keeps them and fills with black, crop keeps the middle.",
        choices=RESIZE_MODES,
    )  # fmt: skip
    percentile_clip: float = _setting(
        0.0, "Percentile clip", "Share of the darkest and of the brightest pixels that become black and white.", unit="%", low=0.0, high=20.0
    )
    clahe: float = _setting(
        0.0, "Local contrast (CLAHE)", "Clip limit of the adaptive histogram equalisation. 0 is off, 2 is usual.", low=0.0, high=10.0
    )
    crop_borders: bool = _setting(False, "Crop black borders", "Cut the dark frame around the image before it is resized.")


@dataclass(frozen=True)
class View:
    """The rectangle of the original image, in its pixels, that fills the square; it reaches outside the image where that is padded."""

    x0: float
    y0: float
    x1: float
    y1: float

    def to_square(self, box: Box, size_px: int) -> Box:
        """A box on the image to one on the square of `size_px`; not cut at its edges."""
        x, y = size_px / (self.x1 - self.x0), size_px / (self.y1 - self.y0)
        return Box(box.label, (box.x0 - self.x0) * x, (box.y0 - self.y0) * y, (box.x1 - self.x0) * x, (box.y1 - self.y0) * y)

    def from_square(self, box: Box, size_px: int) -> Box:
        """A box on the square of `size_px` to one on the image."""
        x, y = (self.x1 - self.x0) / size_px, (self.y1 - self.y0) / size_px
        return Box(box.label, box.x0 * x + self.x0, box.y0 * y + self.y0, box.x1 * x + self.x0, box.y1 * y + self.y0)


def find_view(image: NDArray[Any], preprocess: Preprocess) -> View:
    """The rectangle of an image (H, W) or (H, W, 3) that `render_pixels` draws onto the square."""
    x0, y0, x1, y1 = _find_content(image) if preprocess.crop_borders else (0, 0, image.shape[1], image.shape[0])
    width, height = x1 - x0, y1 - y0
    if preprocess.resize == "squash":
        return View(x0, y0, x1, y1)
    half = (max(width, height) if preprocess.resize == "pad" else min(width, height)) / 2
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return View(x - half, y - half, x + half, y + half)


def render_pixels(image: NDArray[Any], preprocess: Preprocess, size_px: int) -> Bytes:
    """An image (H, W) or (H, W, 3), uint8 or uint16, to the square (S, S) or (S, S, 3), uint8; black outside the image."""
    return _resize(_adjust(image, preprocess), find_view(image, preprocess), (size_px, size_px))


def render_full(image: NDArray[Any], preprocess: Preprocess | None = None, longest_px: int | None = None) -> Bytes:
    """An image as a person sees it: all of it, with the contrast of `preprocess`, uint8; made smaller to `longest_px` where that is less."""
    height, width = image.shape[:2]
    scale = min(1.0, (longest_px or max(height, width)) / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _resize(_adjust(image, preprocess or Preprocess()), View(0, 0, width, height), size)


def hash_pixels(samples: Sequence[Sample], preprocess: Preprocess, size_px: int) -> str:
    """What the pixels of these samples, in this order, are kept under: their contents and the settings, in hex."""
    words = json.dumps([VERSION, asdict(preprocess), size_px, [s.content_hash for s in samples]], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def load_pixels(
    samples: Sequence[Sample], preprocess: Preprocess, size_px: int, cache: Cache | None = None, on_progress: Progress | None = None
) -> Bytes:
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
    return known if known is not None and known.shape == shape else cache.build_array("pixels", key, shape, np.uint8, fill)


def _load_square(sample: Sample, preprocess: Preprocess, size_px: int) -> Bytes:
    try:
        content = sample.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sample.content_hash:
            raise ImageError("the file has changed since it was registered")
        image, _ = decode_image(content, sample.path.suffix)
    except OSError as error:
        raise ImageError(f"{sample.name} cannot be opened: {error.strerror or error}. Put it back, or remove the data set and add it again.") from error
    except ImageError as error:
        raise ImageError(f"{sample.name} cannot be used: {error}. Put the original back, or remove the data set and add it again.") from error
    return render_pixels(image, preprocess, size_px)


def _find_content(image: NDArray[Any]) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of what a dark frame surrounds: rows and columns of which at least 1% is brighter than 6% of the image's range."""
    grey = image if image.ndim == 2 else image.max(2)
    low, high = int(grey.min()), int(grey.max())
    bright = grey > low + 0.06 * (high - low)
    rows, columns = np.flatnonzero(bright.mean(1) >= 0.01), np.flatnonzero(bright.mean(0) >= 0.01)
    if not rows.size or not columns.size:
        return 0, 0, image.shape[1], image.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _adjust(image: NDArray[Any], preprocess: Preprocess) -> Bytes | Floats:
    """Contrast: uint8 as it came where nothing is to be done, else float32 in 0 to 255."""
    if image.dtype == np.uint8 and not preprocess.percentile_clip and not preprocess.clahe:
        return image
    x0, y0, x1, y1 = _find_content(image) if preprocess.crop_borders else (0, 0, image.shape[1], image.shape[0])
    low, high = 0.0, 255.0
    if preprocess.percentile_clip or image.dtype != np.uint8:
        cut = preprocess.percentile_clip
        low, high = (float(v) for v in np.percentile(image[y0:y1, x0:x1], (cut, 100 - cut)))
    values = np.clip((image.astype(np.float32) - low) / ((high - low) or 1.0), 0.0, 1.0)
    if preprocess.clahe:
        inner = values[y0:y1, x0:x1]
        grey = inner if inner.ndim == 2 else inner.mean(2)
        gain = equalise(grey, preprocess.clahe) / np.maximum(grey, 1e-6)  # the same for all channels, so that hues stay
        values[y0:y1, x0:x1] = np.clip(inner * (gain if inner.ndim == 2 else gain[..., None]), 0.0, 1.0)
    return values * np.float32(255.0)


def equalise(values: Floats, clip_limit: float, tiles: int = 8, bins: int = 256) -> Floats:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994) of values (H, W) in 0 to 1.

    Each of `tiles` × `tiles` parts is mapped by its own cumulative histogram, in which no bin counts for more than `clip_limit` times the
    mean; the maps of the four nearest parts are mixed bilinearly. Within a bin the map is linear, so fine steps survive.
    """
    height, width = values.shape
    row_tile, column_tile = (np.arange(n) * tiles // n for n in (height, width))
    place = np.clip(values, 0.0, 1.0) * np.float32(bins)
    bin_of = np.minimum(place.astype(np.intp), bins - 1)
    tile_of = row_tile[:, None] * tiles + column_tile
    counts = np.bincount((tile_of * bins + bin_of).ravel(), minlength=tiles * tiles * bins).reshape(-1, bins).astype(np.float64)
    areas = np.maximum(counts.sum(1, keepdims=True), 1.0)
    clipped = np.minimum(counts, clip_limit * areas / bins) if clip_limit > 1.0 else np.minimum(counts, areas / bins)
    clipped += (counts.sum(1, keepdims=True) - clipped.sum(1, keepdims=True)) / bins
    maps = np.concatenate([np.zeros((tiles * tiles, 1)), np.cumsum(clipped, 1) / areas], 1).astype(np.float32)
    within = place - bin_of
    mixed = np.zeros_like(values)
    for rows, row_weight in _find_neighbours(height, tiles):
        for columns, column_weight in _find_neighbours(width, tiles):
            tile = rows[:, None] * tiles + columns
            lower, upper = maps[tile, bin_of], maps[tile, bin_of + 1]
            mixed += row_weight[:, None] * column_weight * (lower + within * (upper - lower))
    return mixed


def _find_neighbours(length: int, tiles: int) -> list[tuple[NDArray[np.intp], Floats]]:
    """For each pixel along an axis the tile whose centre is before it and the one after, with their weights."""
    place = np.clip((np.arange(length) + 0.5) * tiles / length - 0.5, 0, tiles - 1)
    before = np.minimum(place.astype(np.intp), tiles - 1)
    share = (place - before).astype(np.float32)
    return [(before, 1 - share), (np.minimum(before + 1, tiles - 1), share)]


def _resize(values: Bytes | Floats, view: View, size: tuple[int, int]) -> Bytes:
    """The view of values (H, W) or (H, W, 3) drawn onto `size` (width, height); triangle filter over the source area, so nothing aliases."""
    height, width = values.shape[:2]
    left, top = int(np.ceil(max(0.0, -view.x0))), int(np.ceil(max(0.0, -view.y0)))
    right, bottom = int(np.ceil(max(0.0, view.x1 - width))), int(np.ceil(max(0.0, view.y1 - height)))
    if left or top or right or bottom:
        values = np.pad(values, ((top, bottom), (left, right)) + ((0, 0),) * (values.ndim - 2))
    box = (view.x0 + left, view.y0 + top, view.x1 + left, view.y1 + top)
    if values.dtype == np.uint8:
        if size == (values.shape[1], values.shape[0]) == (box[2], box[3]):
            return np.ascontiguousarray(values)
        return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3.0))
    channels = values[..., None] if values.ndim == 2 else values
    drawn = [Image.fromarray(np.ascontiguousarray(channels[..., c])).resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3.0)
             for c in range(channels.shape[2])]  # fmt: skip
    stacked = np.stack([np.asarray(channel) for channel in drawn], -1)
    return np.rint(np.clip(stacked[..., 0] if values.ndim == 2 else stacked, 0, 255)).astype(np.uint8)
