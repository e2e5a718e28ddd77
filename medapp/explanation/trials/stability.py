"""Does a map stay where it was when the image hardly changes?"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.similarity import correlate_ranks

Pixels = NDArray[np.uint8]
Maps = NDArray[np.floating]
# Pixels and the class (N,) that is explained of each to maps.
Explain = Callable[[Pixels, NDArray[np.intp]], Maps]

SHIFT_PX = 4  # down and to the right, of the square that the network sees
NOISE_LEVELS = 2.0  # standard deviation, of 255 grey levels


def compare_shifted(
    explain: Explain, pixels: Pixels, maps: Maps, picks: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Spearman's correlation (N,) of each map with that of the image shifted, laid back on it.

    The image's edge pixels fill what is uncovered; places that the shift pushed out do not count.
    """
    by = SHIFT_PX
    moved = np.pad(pixels, ((0, 0), (by, 0), (by, 0), (0, 0)), mode="edge")[:, :-by, :-by]
    return correlate_ranks(maps[:, :-by, :-by], explain(moved, picks)[:, by:, by:])


def compare_noisy(
    explain: Explain,
    pixels: Pixels,
    maps: Maps,
    picks: NDArray[np.intp],
    seeds: Sequence[int],
) -> NDArray[np.float64]:
    """Spearman's correlation (N,) of each map with that of the image under noise too weak to see.

    Args:
        seeds: of the noise, one an image.
    """
    noise = np.stack(
        [np.random.default_rng(seed).normal(0, NOISE_LEVELS, pixels.shape[1:]) for seed in seeds]
    )
    noisy = np.rint(np.clip(pixels + noise, 0, 255)).astype(np.uint8)
    return correlate_ranks(maps, explain(noisy, picks))
