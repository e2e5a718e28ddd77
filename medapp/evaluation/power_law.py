"""How a figure rises with what is learned from, carried on to more than there is.

The error falls as e + b · n⁻ᶜ, an inverse power law with a floor e (Figueroa et al. 2012,
doi:10.1186/1472-6947-12-8; Hestness et al. 2017, arXiv 1712.00409). All points are figures of the
same images, so their doubts are not independent: they are drawn together. What this module does not
know: runs, which figure it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medapp.evaluation.estimates import Estimate
from medapp.evaluation.intervals import Interval, Z, find_student
from medapp.evaluation.metrics import Floats

FEWEST = 4  # points that a fit of three numbers needs
DRAWS = 2000
EXPONENTS = np.concatenate([np.arange(0.05, 1.0, 0.05), np.arange(1.0, 2.01, 0.1)])
FURTHEST = 4.0  # times the largest size; further on nothing is said


@dataclass(frozen=True)
class Point:
    """The figure of one size.

    Attributes:
        size: how much was learned from: patients, or images.
        estimates: one a seed, over the same units at all points.
    """

    size: int
    estimates: tuple[Estimate, ...]

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(np.mean([estimate.value for estimate in self.estimates]))


@dataclass(frozen=True)
class Reach:
    """How much has to be learned from for a figure to reach a value.

    Attributes:
        size: by the fit; None where it never reaches it, or only beyond `FURTHEST`.
        interval: 95%; an end is infinite where that cannot be said.
    """

    size: float | None
    interval: Interval


@dataclass(frozen=True)
class PowerLaw:
    """A fitted curve, with draws of what it might be as well.

    Attributes:
        floors, slopes, exponents: (1 + D,) e, b and c; the first is the fit itself.
        largest: the largest size that was measured.
    """

    floors: Floats
    slopes: Floats
    exponents: Floats
    largest: int

    def foretell(self, size: float) -> tuple[float, Interval]:
        """The figure at a size, with its 95% interval."""
        values = 1 - self.floors - self.slopes * size**-self.exponents
        low, high = np.percentile(values[1:], [2.5, 97.5])
        return float(values[0]), (float(low), float(high))

    def reach(self, value: float) -> Reach:
        """How much has to be learned from for the figure to reach a value."""
        room = 1 - value - self.floors
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            sizes = np.where(room > 0, (self.slopes / room) ** (1 / self.exponents), math.inf)
        most = FURTHEST * self.largest
        sizes = np.where(sizes > most, math.inf, np.maximum(sizes, 1.0))
        ordered = np.sort(sizes[1:])
        low, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.025, 0.975))
        own = float(sizes[0])
        return Reach(own if math.isfinite(own) else None, (float(low), float(high)))


def fit_power_law(points: Sequence[Point], seed: int = 0) -> PowerLaw | None:
    """The curve through some points.

    The doubt over units (patients of the test split) moves all points together, by the shifts of
    their estimates. The doubt over what was learned from moves each by itself: by the spread over
    seeds, or, with one seed, by how far the points lie from the curve; with Student's quantile
    where few say so.

    Args:
        seed: of the draws.

    Returns:
        None where there are too few points, or the figure does not rise from the smallest to the
        largest.
    """
    if len(points) < FEWEST:
        return None
    points = sorted(points, key=lambda point: point.size)
    values = np.array([point.value for point in points])
    if values[-1] <= values[0]:
        return None
    sizes = np.array([float(point.size) for point in points])
    shifts = np.array([np.mean([e.shifts for e in point.estimates], axis=0) for point in points])
    weights = 1 / np.maximum(np.square(shifts).sum(axis=1), 1e-6)
    fitted = _fit(sizes, values[None], weights)
    spread = _find_spread(points, sizes, values, fitted)
    rng = np.random.default_rng(seed)
    together = rng.normal(size=(DRAWS, shifts.shape[1])) @ shifts.T
    apart = rng.normal(size=(DRAWS, len(points))) * spread
    drawn = _fit(sizes, values + together + apart, weights)
    floors, slopes, exponents = (np.concatenate(pair) for pair in zip(fitted, drawn, strict=True))
    return PowerLaw(floors, slopes, exponents, points[-1].size)


def _find_spread(
    points: Sequence[Point], sizes: Floats, values: Floats, fitted: tuple[Floats, Floats, Floats]
) -> Floats:
    """The standard deviation of each point beside the doubt over units, widened for few seeds."""
    seeds = [[estimate.value for estimate in point.estimates] for point in points]
    freedom = sum(len(of) - 1 for of in seeds)
    counts = np.array([len(of) for of in seeds], dtype=float)
    if freedom:
        squares = sum(float(np.square(np.subtract(of, np.mean(of))).sum()) for of in seeds)
    else:
        floor, slope, exponent = (float(part[0]) for part in fitted)
        off = values - (1 - floor - slope * sizes**-exponent)
        freedom, squares = max(1, len(points) - 3), float(np.square(off).sum())
        counts = np.ones(len(points))
    widened = find_student(freedom) / Z
    return np.asarray(widened * np.sqrt(squares / freedom / counts))


def _fit(sizes: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted least squares of D curves at once, over a grid of exponents.

    Args:
        sizes, weights: (K,).
        values: (D, K).

    Returns:
        Floors in 0 to 1, slopes from 0 and exponents, each (D,).
    """
    errors = 1 - values
    best = np.full(len(values), math.inf)
    found = [np.zeros(len(values)) for _ in range(3)]
    for exponent in EXPONENTS:
        floor, slope = _fit_line(sizes**-exponent, errors, weights)
        off = errors - floor[:, None] - slope[:, None] * sizes**-exponent
        loss = (weights * np.square(off)).sum(axis=1)
        is_better = loss < best
        best = np.where(is_better, loss, best)
        for kept, new in zip(found, (floor, slope, np.full(len(values), exponent)), strict=True):
            kept[is_better] = new[is_better]
    return found[0], found[1], found[2]


def _fit_line(x: Floats, errors: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Floors and slopes, both from 0, of D weighted lines through (x, errors)."""
    total = weights.sum()
    mean_x = (weights * x).sum() / total
    mean_y = (errors * weights).sum(axis=1) / total
    spread = (weights * np.square(x - mean_x)).sum()
    slope = ((errors - mean_y[:, None]) * weights * (x - mean_x)).sum(axis=1) / spread
    slope = np.maximum(slope, 0.0)
    floor = mean_y - slope * mean_x
    # A floor below nothing: the best line through the origin instead.
    through = (errors * weights * x).sum(axis=1) / (weights * np.square(x)).sum()
    is_below = floor < 0
    return np.where(is_below, 0.0, floor), np.where(is_below, through, slope)
