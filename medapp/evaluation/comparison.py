"""Two figures of the same images, subtracted, with an interval that knows how they vary together.

What this module does not know: runs, seeds, which figures there are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from medapp.evaluation.estimates import Estimate, correlate, reach_difference
from medapp.evaluation.intervals import Interval, Z, find_student

LEVEL = 0.05  # a difference with a smaller p is called one
POWER_Z = NormalDist().inv_cdf(0.8)


@dataclass(frozen=True)
class Difference:
    """One figure less another, both of the same images.

    Attributes:
        first, second: the two figures.
        interval: 95%, of first - second.
        seed_reach: half the width of the interval that seeds alone would leave, however many units
            there were; 0 where nothing is known of it.
    """

    first: float
    second: float
    interval: Interval
    seed_reach: float = 0.0

    @property
    def value(self) -> float:
        """The first figure less the second."""
        return self.first - self.second

    @property
    def p(self) -> float:
        """How often so large a difference, or a larger one, comes about where there is none.

        Below 0.05 where the interval leaves out 0.
        """
        reach = self._reach
        if not self.value or not reach:
            return 1.0
        return 2 * NormalDist().cdf(-Z * abs(self.value) / reach)

    def find_needed(self, compared: int = 1) -> float | None:
        """How many times as many units would show a difference of this size four times in five.

        The power of a two-sided z test (Julious 2004, doi:10.1002/sim.1783, section 3): the squared
        standard error must come down to (d / (z_level + z_power))². That over units falls with
        their number; that over seeds stays.

        Args:
            compared: how many differences are looked at together; each has that part of `LEVEL`.

        Returns:
            None where there is no difference at all, or units alone never show it.
        """
        reach = self._reach
        if not self.value or not reach:
            return None
        strict = NormalDist().inv_cdf(1 - LEVEL / compared / 2)
        wanted = (Z * abs(self.value) / (strict + POWER_Z)) ** 2 - self.seed_reach**2
        over_units = max(reach**2 - self.seed_reach**2, 0.0)
        return over_units / wanted if wanted > 0 else None

    @property
    def _reach(self) -> float:
        """From the value to that end of the interval which is nearer to 0."""
        return self.value - self.interval[0] if self.value > 0 else self.interval[1] - self.value

    def turn(self) -> "Difference":
        """The second figure less the first."""
        low, high = self.interval
        return Difference(self.second, self.first, (-high, -low), self.seed_reach)


def subtract(first: Estimate, second: Estimate) -> Difference:
    """The difference of two estimates over the same units.

    The interval is that of `estimates.reach_difference`, but for the correlation. Of two models
    that differ in few patients it is known badly, and an interval of no width would claim too much:
    the correlation is drawn towards 0 by one part in the number of patients in which they differ,
    plus one (`benchmarks.accuracy.coverage_differences`).

    Raises:
        ValueError: the estimates are of different numbers of units.
    """
    if first.shifts.shape != second.shifts.shape:
        raise ValueError(
            f"both estimates must be of the same units, not of {len(first.shifts)} and"
            f" {len(second.shifts)}"
        )
    down, up = reach_difference(first, second, _correlate_cautiously(first, second))
    return _build(first.value, second.value, down, up)


def subtract_means(firsts: Sequence[Estimate], seconds: Sequence[Estimate]) -> Difference:
    """The difference of two ways of training, each by the mean over its seeds on the same units.

    The doubt over seeds comes beside that over patients, in squares: the spread of both ways'
    seeds, pooled, with Student's quantile for as few as there are. One seed a way says nothing of
    it.

    Raises:
        ValueError: a way has no estimate.
    """
    if not firsts or not seconds:
        raise ValueError("each way of training needs an estimate")
    paired = subtract(average_seeds(firsts), average_seeds(seconds))
    doubt = _find_seed_doubt([[e.value for e in side] for side in (firsts, seconds)])
    low, high = (abs(paired.value - end) for end in paired.interval)
    ends = math.hypot(low, doubt), math.hypot(high, doubt)
    return _build(paired.first, paired.second, *ends, doubt)


def correct_holm(ps: Mapping[str, float]) -> dict[str, float]:
    """Holm's corrected p of several differences that are looked at together (Holm 1979).

    Args:
        ps: of each difference.

    Returns:
        Those below 0.05 may all be called differences, with an error in one of twenty tables.
    """
    corrected: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(sorted(ps, key=lambda name: ps[name])):
        largest = max(largest, min(1.0, (len(ps) - place) * ps[name]))
        corrected[name] = largest
    return {name: corrected[name] for name in ps}


def _build(
    first: float, second: float, down: float, up: float, seed_reach: float = 0.0
) -> Difference:
    value = first - second
    return Difference(first, second, (value - down, value + up), seed_reach)


def _correlate_cautiously(first: Estimate, second: Estimate) -> float:
    correlation = correlate(first, second)
    if correlation <= 0:
        return correlation
    apart = np.abs(first.shifts - second.shifts)
    differing = int((apart > 1e-9 * np.abs(first.shifts).max()).sum())
    return correlation * differing / (differing + 1)


def average_seeds(estimates: Sequence[Estimate]) -> Estimate:
    """The mean over seeds; its interval is as wide as theirs are, for the images are the same."""
    value = float(np.mean([e.value for e in estimates]))
    down = float(np.mean([e.value - e.interval[0] for e in estimates]))
    up = float(np.mean([e.interval[1] - e.value for e in estimates]))
    shifts = np.mean([e.shifts for e in estimates], axis=0)
    return Estimate(value, (value - down, value + up), shifts)


def _find_seed_doubt(sides: Sequence[Sequence[float]]) -> float:
    """Half the width of a 95% interval of the difference of two means over seeds (pooled t)."""
    freedom = sum(len(side) - 1 for side in sides)
    if not freedom:
        return 0.0
    squares = sum(float(np.square(np.subtract(side, np.mean(side))).sum()) for side in sides)
    weight = sum(1 / len(side) for side in sides)
    return find_student(freedom) * math.sqrt(squares / freedom * weight)
