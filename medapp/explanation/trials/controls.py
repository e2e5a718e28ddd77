"""Maps that know nothing of the network, as coarse as the map that they stand beside."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.placing import place_on_image
from medapp.imaging.geometry import View

Cells = tuple[int, int] | None
Maps = NDArray[np.float32]


def draw_random_maps(seeds: Sequence[int], cells: Cells, size_px: int) -> Maps:
    """A map (S, S) for each seed: uniform noise, a value a cell, drawn as smoothly as a map is."""
    shape = cells or (size_px, size_px)
    return np.stack(
        [_enlarge(np.random.default_rng(seed).random(shape), size_px) for seed in seeds]
    )


def draw_edge_maps(pixels: NDArray[np.uint8], cells: Cells) -> Maps:
    """How steep each image (N, S, S, C) is, by Sobel's filter on its grey levels: (N, S, S).

    Averaged over the cells of the map that it is compared with, since a finer map would have an
    advantage or a disadvantage of its own.
    """
    grey = np.pad(pixels.mean(axis=3), ((0, 0), (1, 1), (1, 1)), mode="edge")
    tall = grey[:, :-2] + 2 * grey[:, 1:-1] + grey[:, 2:]
    wide = grey[:, :, :-2] + 2 * grey[:, :, 1:-1] + grey[:, :, 2:]
    steepness = np.hypot(tall[:, :, 2:] - tall[:, :, :-2], wide[:, 2:] - wide[:, :-2])
    if cells is None:
        return np.asarray(steepness, dtype=np.float32)
    size_px = pixels.shape[1]
    return np.stack([_enlarge(reduce_map(each, cells), size_px) for each in steepness])


def reduce_map(values: NDArray[np.floating], cells: tuple[int, int]) -> NDArray[np.float64]:
    """A map (H, W) averaged over cells that are as equal as whole pixels allow."""
    rows = np.linspace(0, values.shape[0], cells[0] + 1).round().astype(int)
    columns = np.linspace(0, values.shape[1], cells[1] + 1).round().astype(int)
    sums = np.add.reduceat(np.add.reduceat(values.astype(float), rows[:-1], 0), columns[:-1], 1)
    return np.asarray(sums / (np.diff(rows)[:, None] * np.diff(columns)))


def _enlarge(values: NDArray[np.floating], size_px: int) -> Maps:
    return place_on_image(values, View(0, 0, size_px, size_px), size_px, size_px)
