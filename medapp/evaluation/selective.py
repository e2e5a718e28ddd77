"""Answering only where a model is sure: what share is answered, and how often rightly.

The risk–coverage curve (El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017).
"""

from dataclasses import dataclass

import numpy as np

from medapp.evaluation.estimates import Units, estimate_share
from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import Floats, Mask

STEPS = 20


@dataclass(frozen=True)
class Answered:
    """The surest images.

    Attributes:
        coverage: their share of all images.
        n: how many they are.
        least: the highest probability of the least sure one of them.
        accuracy, interval: the share of them that is decided rightly, 95%.
    """

    coverage: float
    n: int
    least: float
    accuracy: float
    interval: Interval


def trace_coverage(sureness: Floats, right: Mask, units: Units) -> tuple[Answered, ...]:
    """The accuracy among the surest images, from few to all; empty without images.

    Images that the model is as sure of are answered together.

    Args:
        sureness: (N,) how sure the model is: the probability of the most probable class.
        right: (N,) decided rightly.
        units: (N,) the number of each image's unit.
    """
    n = len(sureness)
    if not n:
        return ()
    count = int(units.max()) + 1
    falling = np.sort(sureness)[::-1]
    wanted = np.unique(np.ceil(n * np.arange(1, STEPS + 1) / STEPS).astype(int))
    points = []
    for least in np.unique(falling[wanted - 1])[::-1]:
        answered = sureness >= least
        found = estimate_share(right, answered, units, count)
        if found is not None:
            k = int(answered.sum())
            points.append(Answered(k / n, k, float(least), found.value, found.interval))
    return tuple(points)
