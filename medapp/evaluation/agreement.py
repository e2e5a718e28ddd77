"""How far predicted grades lie from the true ones: kappa with quadratic weights, mean error."""

import numpy as np

from medapp.evaluation.estimates import Estimate, Units, inflate
from medapp.evaluation.intervals import count_effective, find_wilson
from medapp.evaluation.metrics import Floats


def estimate_quadratic_kappa(
    truths: Units, decisions: Units, k: int, units: Units, count: int
) -> Estimate | None:
    """Cohen's kappa with quadratic weights (Cohen 1968, doi:10.1037/h0026256), in -1 to 1.

    One less the mean squared distance of prediction and truth, as a share of what it would be if
    they had nothing to do with each other: 0 is chance, and constant predictions. Its variance is
    that of the infinitesimal jackknife over units; its interval the score interval for the
    effective number, of (1 + kappa) / 2.

    Args:
        truths, decisions: (N,) indices of grades, 0 … k - 1.
        units: (N,) the number of each image's unit, 0 … count - 1.

    Returns:
        None without images, and where all truths and decisions are one grade.
    """
    n = len(truths)
    grades = np.arange(k)
    squares = np.square(grades[:, None] - grades).astype(float)
    by_truth = squares @ np.bincount(decisions, minlength=k) / max(n, 1)
    by_decision = squares @ np.bincount(truths, minlength=k) / max(n, 1)
    expected = float(by_truth[truths].mean()) if n else 0.0
    if not expected:
        return None
    own = squares[truths, decisions]
    seen = float(own.mean())
    value = 1 - seen / expected
    # What one image, counted a little more, changes in both means.
    of_seen = (own - seen) / n
    of_expected = (by_truth[truths] + by_decision[decisions] - 2 * expected) / n
    influence = -of_seen / expected + seen / expected**2 * of_expected
    return _bound(value, influence, own > 0, units, count, (-1.0, 1.0))


def estimate_mean_error(
    truths: Units, decisions: Units, k: int, units: Units, count: int
) -> Estimate | None:
    """The mean absolute error in grades, 0 to k - 1: a mean over images, of patients alike.

    Args: as for `estimate_quadratic_kappa`; None without images.
    """
    if not len(truths):
        return None
    distances = np.abs(truths - decisions).astype(float)
    value = float(distances.mean())
    influence = (distances - value) / len(truths)
    return _bound(value, influence, distances > 0, units, count, (0.0, max(k - 1.0, 1.0)))


def _bound(
    value: float,
    influence: Floats,
    is_wrong: np.ndarray[tuple[int], np.dtype[np.bool_]],
    units: Units,
    count: int,
    span: tuple[float, float],
) -> Estimate:
    """A figure that lies within a span, by the score interval of its share of the span."""
    low, high = span
    sizes = np.bincount(units, minlength=count).astype(float)
    shifts = inflate(np.bincount(units, influence, count).astype(float), sizes)
    share = (value - low) / (high - low)
    variance = float(np.square(shifts).sum()) / (high - low) ** 2
    least = len(units) ** 2 / float(np.square(sizes).sum())
    wrong = len(np.unique(units[is_wrong]))
    right = len(np.unique(units[~is_wrong]))
    worth = count_effective(share, variance, min(wrong, right) if count > 1 else 0, least)
    ends = find_wilson(share, worth)
    return Estimate(value, (low + ends[0] * (high - low), low + ends[1] * (high - low)), shifts)
