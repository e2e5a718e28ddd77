"""Contrast-limited adaptive histogram equalisation."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def equalise(values: Floats, clip_limit: float, tiles: int = 8, bins: int = 256) -> Floats:
    """Equalise values (H, W) in 0 to 1 by CLAHE (Zuiderveld, Graphics Gems IV, 1994).

    Each of `tiles` × `tiles` tiles is mapped by its own cumulative histogram, in which no bin
    counts for more than `clip_limit` times the mean; the maps of the four nearest tiles are mixed
    bilinearly. Within a bin the map is linear, so that fine steps survive.
    """
    height, width = values.shape
    row_tile, column_tile = (np.arange(n, dtype=np.int32) * tiles // n for n in (height, width))
    level = values * np.float32(bins)
    bin_of = np.minimum(level.astype(np.int32), bins - 1)
    within = level - bin_of
    tile_of = (row_tile[:, None] * tiles + column_tile) * bins
    flat = np.bincount((tile_of + bin_of).ravel(), minlength=tiles * tiles * bins)
    counts = flat.reshape(-1, bins)
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
    """The two tiles around each pixel of an axis, before and after it, each with its weight."""
    position = np.clip((np.arange(length) + 0.5) * tiles / length - 0.5, 0, tiles - 1)
    before = position.astype(np.int32)
    share = (position - before).astype(np.float32)
    return [(before, 1 - share), (np.minimum(before + 1, tiles - 1), share)]
