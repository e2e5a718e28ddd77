"""Which test images an attack, a trial or a stress test is asked about."""

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


def choose_patients(samples: Sequence[Sample], images: int, seed: int) -> list[Sample]:
    """So many of the samples at most, all images of a patient or none, in their order.

    Patients come in an order drawn by the seed; one whose images no longer fit is passed over. At
    least the first patient is taken. An image of an unknown patient is a patient by itself.

    Args:
        images: how many at most; 0 takes all.
    """
    if count_asked(images, len(samples)) == len(samples):
        return list(samples)
    rows: dict[object, list[int]] = {}
    for row, sample in enumerate(samples):
        rows.setdefault((row,) if sample.patient is None else sample.patient, []).append(row)
    groups = list(rows.values())
    chosen: list[int] = []
    for number in np.random.default_rng(seed).permutation(len(groups)):
        if not chosen or len(chosen) + len(groups[number]) <= images:
            chosen += groups[number]
    return [samples[row] for row in sorted(chosen)]
