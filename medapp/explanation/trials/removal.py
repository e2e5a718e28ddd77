"""Deletion and insertion: what is left of a probability where pixels go in a map's order.

ROAD (Rong et al. 2022, arXiv 2202.00449): removed pixels are filled from those around them. Where a
map is right, the probability falls soon when its most telling places go first, and late when they
go last.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.explanation.trials.imputation import impute

Pixels = NDArray[np.uint8]
Maps = NDArray[np.floating]
Answer = Callable[[Pixels], NDArray[np.float32]]  # pixels to probabilities (N, K)

SHARES = (0.2, 0.4, 0.6, 0.8)
NOISE = 0.01 * 255  # standard deviation of what is added to filled pixels, in grey levels
BATCH = 32


def follow_removal(
    answer: Answer,
    pixels: Pixels,
    maps: Maps,
    picks: NDArray[np.intp],
    seeds: Sequence[int],
    shares: Sequence[float] = SHARES,
    on_share: Callable[[int], None] = lambda images: None,
) -> NDArray[np.float64]:
    """The probability of each image's picked class, as shares of its pixels are removed.

    Args:
        seeds: one an image, of noise and of the order of places whose value is the same.
        on_share: told after each share and way of how many images it was.

    Returns:
        (2, L, N): deletion (the most telling places go first) and insertion (they go last), after
        each of L shares.
    """
    found = np.zeros((2, len(shares), len(pixels)))
    for start in range(0, len(pixels), BATCH):
        part = slice(start, start + BATCH)
        generators = [np.random.default_rng(seed) for seed in seeds[part]]
        orders = [_order(map_, each) for map_, each in zip(maps[part], generators, strict=True)]
        for way, falling in enumerate((True, False)):
            for place, share in enumerate(shares):
                holes = np.stack([_choose(order, share, falling) for order in orders])
                asked = remove(pixels[part], holes, generators)
                probabilities = answer(asked)
                found[way, place, part] = probabilities[np.arange(len(asked)), picks[part]]
                on_share(len(asked))
    return found


def remove(
    pixels: Pixels, holes: NDArray[np.bool_], generators: Sequence[np.random.Generator]
) -> Pixels:
    """Pixels (N, S, S, C) with holes (N, S, S) filled from around, and a little noise on them."""
    images = torch.from_numpy(pixels.astype(np.float32)).permute(0, 3, 1, 2)
    filled = impute(images, torch.from_numpy(holes)).permute(0, 2, 3, 1).numpy()
    noise = np.stack([each.normal(0, NOISE, pixels.shape[1:]) for each in generators])
    noisy = np.where(holes[..., None], filled + noise, pixels)
    removed: Pixels = np.rint(np.clip(noisy, 0, 255)).astype(np.uint8)
    return removed


def _order(map_: Maps, generator: np.random.Generator) -> NDArray[np.float64]:
    """Each place's rank (S, S) as a share, 0 the coldest; equal places by lot."""
    lots = generator.permutation(map_.size)
    ranks = np.empty(map_.size)
    ranks[np.lexsort((lots, map_.ravel()))] = np.arange(map_.size)
    return ranks.reshape(map_.shape) / map_.size


def _choose(ranks: NDArray[np.float64], share: float, falling: bool) -> NDArray[np.bool_]:
    """The hottest places, or the coldest, that make up a share of all."""
    return ranks >= 1 - share if falling else ranks < share
