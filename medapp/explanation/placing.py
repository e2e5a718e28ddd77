"""A heatmap on its image: where it lies, how it is drawn, whether it finds what is known to be.

Works on plain arrays. Pixels are unit squares: pixel (column 3, row 0) spans x 3 to 4 and y 0 to 1,
its centre is (3.5, 0.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.geometry import Box, View

Floats = NDArray[np.floating]
Bytes = NDArray[np.uint8]

# Seventeen steps of Matplotlib's inferno (CC0): even to the eye, safe for colour-blind readers.
INFERNO = (
    "000004 0b0724 210c4a 3d0965 56106e 70196e 89226a a32c61 bb3654 d14545 e35932 f1721e f98c0a"
    " fcaa0f f9c932 f2e865 fcffa4"
)


@dataclass(frozen=True)
class Localisation:
    """How a heatmap lies to the boxes of its image.

    Attributes:
        is_peak_inside: the pointing game (Zhang et al. 2018) without its margin of tolerance. None
            for a blank map.
        mass_inside: share of the map's sum within the boxes, 0 to 1. None for a blank map.
        cover: share of the image that the boxes cover: what `mass_inside` would be by chance.
    """

    is_peak_inside: bool | None
    mass_inside: float | None
    cover: float


def place_on_image(values: Floats, view: View, height: int, width: int) -> NDArray[np.float32]:
    """A map (S, S) over the square to one (H, W) over the image; 0 outside the view.

    Bilinear between the centres of the square's pixels, so that nothing moves by more than a
    fraction of a pixel.

    Args:
        view: the rectangle of the image that fills the square.
    """
    rows = _weigh(len(values), view.y0, view.y1, height)
    columns = _weigh(values.shape[1], view.x0, view.x1, width)
    return rows @ values.astype(np.float32) @ columns.T


def overlay(image: Bytes, values: Floats, opacity: float = 0.6) -> Bytes:
    """The image (H, W) or (H, W, 3) under the colours of a map (H, W) in 0 to 1: RGB (H, W, 3).

    Args:
        opacity: of the hottest place, 0 to 1; the opacity falls with the value, so that cold places
            show the image.
    """
    if image.dtype != np.uint8 or image.shape[:2] != values.shape:
        found = f"{image.dtype} {image.shape} and {values.shape}"
        raise ValueError(f"overlay needs a uint8 image and a map of its size, not {found}")
    rgb = np.broadcast_to(image[..., None], (*image.shape, 3)) if image.ndim == 2 else image
    shown = rgb.astype(np.float32)
    heat = np.clip(values, 0, 1).astype(np.float32)
    alpha = (opacity * heat)[..., None]
    mixed: Bytes = np.rint(shown + alpha * (colour(heat) - shown)).astype(np.uint8)
    return mixed


def colour(values: Floats) -> Bytes:
    """Values in 0 to 1 of any shape to RGB (…, 3)."""
    steps = np.array([list(bytes.fromhex(step)) for step in INFERNO.split()], dtype=float)
    shades = np.linspace(0, len(steps) - 1, 256)
    table = np.stack(
        [np.interp(shades, np.arange(len(steps)), steps[:, c]) for c in range(3)], axis=1
    )
    found: Bytes = np.rint(table).astype(np.uint8)[
        np.rint(np.clip(values, 0, 1) * 255).astype(np.intp)
    ]
    return found


def find_peak(values: Floats) -> tuple[float, float] | None:
    """The centre (x, y) of the hottest pixel; of several, the one nearest to their middle.

    None for a blank map.
    """
    top = values.max(initial=0)
    if not top > 0:
        return None
    # Enlarging leaves plateaus whose pixels differ by rounding.
    y, x = np.nonzero(values >= top * (1 - 1e-6))
    nearest = np.argmin((x - x.mean()) ** 2 + (y - y.mean()) ** 2)
    return float(x[nearest]) + 0.5, float(y[nearest]) + 0.5


def measure_localisation(values: Floats, boxes: Sequence[Box]) -> Localisation:
    """How a map (H, W) over an image lies to the image's boxes.

    Several boxes count as their union.
    """
    height, width = values.shape
    cover = _cover(boxes, height, width)
    peak = find_peak(values)
    total = float(values.sum())
    if peak is None:
        return Localisation(None, None, float(cover.mean()))
    mass = float((values * cover).sum()) / total
    return Localisation(_holds(boxes, *peak), min(max(mass, 0.0), 1.0), float(cover.mean()))


def measure_overlap(values: Floats, boxes: Sequence[Box]) -> float | None:
    """Intersection over union of the boxes and as many of the hottest pixels of a map (H, W).

    So it needs no threshold: a map that orders places as the boxes do has 1. Of pixels of one value
    a share counts. None for a blank map, or boxes that cover no pixel.
    """
    height, width = values.shape
    inside = _cover(boxes, height, width).ravel()
    wanted = float(inside.sum())
    if not values.max(initial=0) > 0 or not wanted:
        return None
    flat = values.ravel()
    limit = np.sort(flat)[::-1][min(round(wanted), flat.size) - 1]
    hotter = flat > limit
    level = flat == limit
    share = min(max((wanted - hotter.sum()) / level.sum(), 0.0), 1.0)
    chosen = hotter + level * share
    common = float((inside * chosen).sum())
    return common / (wanted + float(chosen.sum()) - common)


def find_best_constant_point(
    boxes_of_images: Sequence[Sequence[Box]], height: int, width: int
) -> tuple[tuple[float, float], int]:
    """The control for the pointing game: the point that lies in the boxes of most images.

    All images have the same size. A map that always points there knows where findings tend to be,
    and nothing else.

    Returns:
        The point (x, y), and in how many images it lies in a box.
    """
    hits = np.zeros((height, width), dtype=int)
    x = np.arange(width) + 0.5
    y = np.arange(height) + 0.5
    for boxes in boxes_of_images:
        inside = [((b.y0 <= y) & (y < b.y1))[:, None] & ((b.x0 <= x) & (x < b.x1)) for b in boxes]
        hits += np.any(inside, axis=0) if inside else 0
    point = find_peak(hits) or (width / 2, height / 2)
    return point, int(hits.max(initial=0))


def _weigh(size: int, low: float, high: float, length: int) -> NDArray[np.float32]:
    """Bilinear weights (length, size) along one axis, from the square's pixels to the image's.

    Args:
        size: pixels of the square.
        low, high: the stretch of the image that fills the square.
        length: pixels of the image.
    """
    positions = (np.arange(length) + 0.5 - low) / (high - low) * size - 0.5
    inside = (positions >= -0.5) & (positions < size - 0.5)
    near = np.clip(positions, 0, size - 1)
    first = np.minimum(near.astype(np.intp), max(size - 2, 0))
    share = (near - first).astype(np.float32)
    weights = np.zeros((length, size), dtype=np.float32)
    every = np.arange(length)
    weights[every, first] = 1 - share
    weights[every, np.minimum(first + 1, size - 1)] += share
    return weights * inside[:, None]


def _holds(boxes: Sequence[Box], x: float, y: float) -> bool:
    return any(b.x0 <= x < b.x1 and b.y0 <= y < b.y1 for b in boxes)


def _cover(boxes: Sequence[Box], height: int, width: int) -> Floats:
    """How much of each pixel (H, W) lies in a box, 0 to 1; where boxes overlap, the most counts."""
    cover: Floats = np.zeros((height, width))
    for box in boxes:
        rows = np.clip(
            np.minimum(np.arange(height) + 1, box.y1) - np.maximum(np.arange(height), box.y0), 0, 1
        )
        columns = np.clip(
            np.minimum(np.arange(width) + 1, box.x1) - np.maximum(np.arange(width), box.x0), 0, 1
        )
        cover = np.maximum(cover, rows[:, None] * columns)
    return cover
