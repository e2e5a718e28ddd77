"""How well predictions agree with the truth: kappa, Matthews' correlation, mean error of grades."""

import numpy as np

from medapp.evaluation.estimates import Estimate, Units, inflate
from medapp.evaluation.intervals import count_effective, find_wilson
from medapp.evaluation.metrics import Floats, Mask


def estimate_quadratic_kappa(
    truths: Units, decisions: Units, k: int, units: Units, count: int
) -> Estimate | None:
    """Cohen's kappa with quadratic weights (Cohen 1968, doi:10.1037/h0026256), in -1 to 1.

    One less the mean squared distance of prediction and truth, as a share of what it would be if
    they had nothing to do with each other: 0 is chance, and constant predictions.

    Args:
        truths, decisions: (N,) indices of grades, 0 … k - 1.
        units: (N,) the number of each image's unit, 0 … count - 1.

    Returns:
        None without images, and where all truths and decisions are one grade.
    """
    grades = np.arange(k)
    squares = np.square(grades[:, None] - grades).astype(float)
    return _estimate_weighted_kappa(truths, decisions, squares, units, count)


def estimate_kappa(
    truths: Units, decisions: Units, k: int, units: Units, count: int
) -> Estimate | None:
    """Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104), in -1 to 1; 0 is chance.

    Args: as for `estimate_quadratic_kappa`, of classes in any order; so is what is returned.
    """
    return _estimate_weighted_kappa(truths, decisions, 1 - np.eye(k), units, count)


def _estimate_weighted_kappa(
    truths: Units, decisions: Units, costs: Floats, units: Units, count: int
) -> Estimate | None:
    """Kappa for the cost (K, K) of each truth's being taken for each class, 0 on the diagonal.

    Its variance is that of the infinitesimal jackknife over units; its interval the score interval
    for the effective number, of (1 + kappa) / 2.
    """
    n = len(truths)
    k = len(costs)
    by_truth = costs @ np.bincount(decisions, minlength=k) / max(n, 1)
    by_decision = costs @ np.bincount(truths, minlength=k) / max(n, 1)
    expected = float(by_truth[truths].mean()) if n else 0.0
    if not expected:
        return None
    own = costs[truths, decisions]
    seen = float(own.mean())
    value = 1 - seen / expected
    # What one image, counted a little more, changes in both means.
    of_seen = (own - seen) / n
    of_expected = (by_truth[truths] + by_decision[decisions] - 2 * expected) / n
    influence = -of_seen / expected + seen / expected**2 * of_expected
    return bound(value, influence, own > 0, units, count, (-1.0, 1.0))


def estimate_mcc(
    truths: Units, decisions: Units, k: int, units: Units, count: int
) -> Estimate | None:
    """Matthews' correlation coefficient of any number of classes, in -1 to 1; 0 is chance.

    Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006, equation 8. Variance and interval are
    made as those of kappa.

    Args: as for `estimate_kappa`.

    Returns:
        None where all truths, or all decisions, are one class.
    """
    n = len(truths)
    of_truth = np.bincount(truths, minlength=k) / max(n, 1)
    of_decision = np.bincount(decisions, minlength=k) / max(n, 1)
    spread_truth = 1 - float(of_truth @ of_truth)
    spread_decision = 1 - float(of_decision @ of_decision)
    if not n or spread_truth <= 1e-12 or spread_decision <= 1e-12:
        return None
    is_right = truths == decisions
    by_chance = float(of_truth @ of_decision)
    scale = float(np.sqrt(spread_truth * spread_decision))
    value = (float(is_right.mean()) - by_chance) / scale
    # What one image, counted a little more, changes in the covariance and in both spreads.
    meets = of_truth[decisions] + of_decision[truths] - 2 * by_chance
    of_covariance = is_right - is_right.mean() - meets
    of_spreads = (of_truth[truths] - 1 + spread_truth) / spread_truth
    of_spreads = of_spreads + (of_decision[decisions] - 1 + spread_decision) / spread_decision
    influence = (of_covariance / scale + value * of_spreads) / n
    return bound(value, influence, ~is_right, units, count, (-1.0, 1.0))


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
    return bound(value, influence, distances > 0, units, count, (0.0, max(k - 1.0, 1.0)))


def bound(
    value: float,
    influence: Floats,
    is_wrong: Mask,
    units: Units,
    count: int,
    span: tuple[float, float],
) -> Estimate:
    """A figure that lies within a span, by the score interval of its share of the span.

    Args:
        influence: (N,) what each image, counted a little more, changes in the figure.
        is_wrong: (N,) images of the rarer or commoner kind: those bear witness to the variance.
        units: (N,) the number of each image's unit, 0 … count - 1.
    """
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
