"""Which test images an attack or a trial is asked about."""

from collections.abc import Sequence

import numpy as np

from medapp.data.samples import Sample


def choose_samples(samples: Sequence[Sample], images: int, seed: int) -> list[Sample]:
    """So many of the samples at most, by the seed, in their order.

    Args:
        images: how many at most; 0 takes all.
    """
    if count_asked(images, len(samples)) == len(samples):
        return list(samples)
    numbers = np.random.default_rng(seed).permutation(len(samples))[:images]
    return [samples[number] for number in sorted(numbers)]


def count_asked(images: int, of: int) -> int:
    """How many of so many samples `choose_samples` chooses."""
    return min(images, of) if images else of
