"""Figures with their 95% intervals, where images of one patient are alike.

An estimate holds its value, its interval and by how much each unit (a patient, or an image where
patients are not known) moves the value. The squares of these shifts add up to the value's variance,
and shifts of two estimates tell how they vary together, so that means have an interval too. What
this module does not know: classes, tasks, notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.intervals import Interval, count_effective, find_wilson
from medapp.evaluation.metrics import Floats, Mask, rank_pairs

Units = NDArray[np.intp]


@dataclass(frozen=True)
class Estimate:
    """A figure of U units.

    Attributes:
        value: in 0 to 1.
        interval: 95%.
        shifts: (U,) how far each unit moves the value; their squares add up to its variance.
    """

    value: float
    interval: Interval
    shifts: Floats


def estimate_share(hits: Mask, trials: Mask, units: Units, count: int) -> Estimate | None:
    """The share of hits among trials, with Wilson's interval for the effective number of images.

    Its variance is that of a ratio of sums over patients (Cochran 1977, section 3.12).

    Args:
        hits, trials: (N,); a hit counts where it is a trial.
        units: (N,) the number of each image's unit, 0 … count - 1.

    Returns:
        None without trials.
    """
    sizes = np.bincount(units[trials], minlength=count).astype(float)
    right = np.bincount(units[trials & hits], minlength=count).astype(float)
    total = float(sizes.sum())
    if not total:
        return None
    share = float(right.sum() / total)
    shifts = inflate((right - share * sizes) / total, sizes)
    least = total**2 / float(np.square(sizes).sum())
    witnesses = int(min((right > 0).sum(), (right < sizes).sum()))
    # Of one image a unit the variance is known, and the interval is Wilson's own.
    if sizes.max() > 1 and (sizes > 0).sum() > 1:
        floor = share * (1 - share) / total
        variance = max(float(np.square(shifts).sum()), floor)
        least = count_effective(share, variance, witnesses, least)
    return Estimate(share, find_wilson(share, least), shifts)


def estimate_f1(true: Mask, found: Mask, known: Mask, units: Units, count: int) -> Estimate | None:
    """The F1 of a class, by the interval of the share J of hits among images that are it or are
    taken for it: F1 = 2 J / (1 + J) rises with J.

    Args:
        true, found, known: (N,) the class is there, is found, and it is known whether it is there.

    Returns:
        None where the class is nowhere and is found nowhere.
    """
    overlap = estimate_share(true & found, (true | found) & known, units, count)
    if overlap is None:
        return None
    low, high = overlap.interval
    slope = 2 / (1 + overlap.value) ** 2
    return Estimate(
        2 * overlap.value / (1 + overlap.value),
        (2 * low / (1 + low), 2 * high / (1 + high)),
        overlap.shifts * slope,
    )


def estimate_auroc(
    scores: Floats, true: Mask, false: Mask, units: Units, count: int
) -> Estimate | None:
    """The area under the ROC curve, with the score interval for its effective number.

    Its variance is DeLong's (1988), over patients where they have several images (Obuchowski 1997,
    doi:10.2307/2533958). Where hardly a pair is in the wrong order that variance says little;
    the largest that there can be is value · (1 - value) over the number of units of the smaller
    class (Birnbaum & Klose 1957, doi:10.1214/aoms/1177706794).

    Args:
        scores: (N,) probabilities of the class.
        true, false: (N,) the class is known to be there, or not to be there.

    Returns:
        None where no image has the class, or none lacks it.
    """
    positives = np.flatnonzero(true)
    negatives = np.flatnonzero(false)
    if not len(positives) or not len(negatives):
        return None
    of_positives, of_negatives = rank_pairs(scores[positives], scores[negatives])
    value = float(of_positives.mean())
    # Each image's share of pairs in the right order: positives, then negatives.
    sides = ((positives, of_positives), (negatives, of_negatives))
    shifts = np.zeros(count)
    least: list[float] = []
    witnesses: list[int] = []
    for images, shares in sides:
        owners = units[images]
        sizes = np.bincount(owners, minlength=count).astype(float)
        sums = np.bincount(owners, shares - value, minlength=count)
        shifts += inflate(sums / len(images), sizes)
        least.append(len(images) ** 2 / float(np.square(sizes).sum()))
        witnesses += [len(np.unique(owners[shares < 1])), len(np.unique(owners[shares > 0]))]
    variance = float(np.square(shifts).sum())
    alone = min(least) <= 1  # one patient's images do not tell how patients differ
    worth = count_effective(value, variance, 0 if alone else min(witnesses), min(least))
    return Estimate(value, find_wilson(value, worth), shifts)


def average(estimates: Sequence[Estimate]) -> Estimate | None:
    """The mean of estimates, with an interval from theirs; None where there are none.

    The distances from each value to the ends of its interval are added in squares, with the
    correlation of the estimates (MOVER: Zou & Donner 2008, doi:10.1002/sim.3095). It does not
    collapse where all estimates are 0 or 1, and a class with few images opens it only as far as
    that class's own interval goes.
    """
    if not estimates:
        return None
    value = float(np.mean([estimate.value for estimate in estimates]))
    shifts = np.array([estimate.shifts for estimate in estimates])
    lengths = np.linalg.norm(shifts, axis=1)
    unit = np.divide(
        shifts, lengths[:, None], out=np.zeros_like(shifts), where=lengths[:, None] > 0
    )
    correlation = unit @ unit.T
    np.fill_diagonal(correlation, 1.0)
    ends = []
    for side in (0, 1):
        reach = np.array([abs(e.interval[side] - e.value) for e in estimates]) / len(estimates)
        ends.append(float(np.sqrt(max(reach @ correlation @ reach, 0.0))))
    interval = (max(value - ends[0], 0.0), min(value + ends[1], 1.0))
    return Estimate(value, interval, shifts.mean(axis=0))


def find_difference(first: Estimate, second: Estimate) -> Interval:
    """The 95% interval of the first figure less the second, over the same units, in -1 to 1."""
    down, up = reach_difference(first, second, correlate(first, second))
    difference = first.value - second.value
    return max(-1.0, difference - down), min(1.0, difference + up)


def correlate(first: Estimate, second: Estimate) -> float:
    """How two figures vary together over the same units; 0 where one does not vary."""
    lengths = np.linalg.norm(first.shifts) * np.linalg.norm(second.shifts)
    return float(first.shifts @ second.shifts / lengths) if lengths else 0.0


class Bounded(Protocol):
    """A figure with its 95% interval."""

    @property
    def value(self) -> float:
        """In 0 to 1."""

    @property
    def interval(self) -> Interval:
        """Its two ends."""


def reach_difference(first: Bounded, second: Bounded, correlation: float) -> tuple[float, float]:
    """How far the 95% interval of a difference reaches below and above it.

    As in `average` the distances to the ends of both intervals are added in squares, with the
    correlation of the two (MOVER: Zou & Donner 2008, doi:10.1002/sim.3095).
    """
    reaches = []
    for side in (0, 1):
        a = abs(first.interval[side] - first.value)
        b = abs(second.interval[1 - side] - second.value)
        reaches.append(float(np.sqrt(max(a * a + b * b - 2 * correlation * a * b, 0.0))))
    return reaches[0], reaches[1]


def inflate(shifts: Floats, sizes: Floats) -> Floats:
    """Shifts around a mean that was taken from the same m units: by √(m / (m - 1))."""
    m = int((sizes > 0).sum())
    inflated: Floats = shifts * np.sqrt(m / (m - 1)) if m > 1 else np.zeros_like(shifts)
    return inflated


def take_complement(estimate: Estimate) -> Estimate:
    """The share of all that are not counted: 1 less a share."""
    low, high = estimate.interval
    return Estimate(1 - estimate.value, (1 - high, 1 - low), -estimate.shifts)


def bound_ratio(first: Estimate, second: Estimate, correlation: float = 0.0) -> Interval:
    """The 95% interval of the first figure over the second, from 0; its end may be infinite.

    The ratios at which the first figure less so many times the second cannot be told from 0, by
    MOVER (MOVER-R: Donner & Zou 2012, doi:10.1177/0962280210383082; here with a correlation too).
    It does not collapse where the first figure is 0.
    """
    product = first.value * second.value
    ends = []
    for side in (0, 1):
        a = abs(first.interval[side] - first.value)
        b = abs(second.interval[1 - side] - second.value)
        square = second.value**2 - b * b
        half = product - correlation * a * b
        root = np.sqrt(max(half * half - square * (first.value**2 - a * a), 0.0))
        if side and square <= 1e-12:
            ends.append(float("inf"))
        elif abs(square) <= 1e-12:
            ends.append(float((first.value**2 - a * a) / (2 * half)) if half > 0 else 0.0)
        else:
            ends.append(float(max((half + root if side else half - root) / square, 0.0)))
    return ends[0], ends[1]
