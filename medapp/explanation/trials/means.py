"""Means and shares over images, with intervals where a patient's images are alike."""

import math

import numpy as np
from numpy.typing import ArrayLike

from medapp.evaluation.comparison import Difference, subtract
from medapp.evaluation.estimates import Units, estimate_share
from medapp.evaluation.intervals import Interval, find_student
from medapp.evaluation.metrics import Mask
from medapp.explanation.trials.record import Mean

ANY = (-math.inf, math.inf)


def measure_mean(values: ArrayLike, units: Units, within: Interval = ANY) -> Mean:
    """The mean of values (N,) with a 95% interval over units; what is NaN does not tell.

    The variance is that of a ratio of sums over units (Cochran 1977, section 3.12), the interval
    Student's with as many degrees of freedom as units less one.

    Args:
        units: (N,) the number of each image's unit.
        within: what the value can be; the interval ends there.
    """
    found = np.asarray(values, dtype=float)
    known = np.isfinite(found)
    n = int(known.sum())
    if not n:
        return Mean(None, None, 0)
    mean = float(found[known].mean())
    sums = np.bincount(units[known], found[known] - mean)
    count = len(np.unique(units[known]))
    if count < 2:
        return Mean(mean, None, n)
    error = math.sqrt(float(np.square(sums).sum()) * count / (count - 1)) / n
    reach = find_student(count - 1) * error
    return Mean(mean, (max(mean - reach, within[0]), min(mean + reach, within[1])), n)


def measure_share(hits: Mask, units: Units) -> Mean:
    """The share of hits (N,) with a 95% score interval over units."""
    count = int(units.max(initial=-1)) + 1
    found = estimate_share(hits, np.ones(len(hits), bool), units, count)
    if found is None:
        return Mean(None, None, 0)
    return Mean(found.value, found.interval, len(hits))


def compare_shares(first: Mask, second: Mask, units: Units) -> Mean:
    """The share of the first hits (N,) less that of the second on the same images."""
    every = np.ones(len(first), bool)
    count = int(units.max(initial=-1)) + 1
    here = estimate_share(first, every, units, count)
    there = estimate_share(second, every, units, count)
    if here is None or there is None:
        return Mean(None, None, 0)
    apart = subtract(here, there)
    return Mean(apart.value, apart.interval, len(first))


def find_p(mean: Mean) -> float:
    """How often so large a mean comes about where there is none; below 0.05 where its interval
    leaves out 0.
    """
    if mean.value is None or mean.interval is None:
        return 1.0
    return Difference(mean.value, 0.0, mean.interval).p
