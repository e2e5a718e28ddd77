"""Average precision with its interval: how well images with a finding stand before those without.

By chance it is the finding's share of the images, its prevalence.
"""

import numpy as np

from medapp.evaluation.estimates import Estimate, Units, inflate
from medapp.evaluation.intervals import Z, count_effective, expand_student, find_wilson
from medapp.evaluation.metrics import Floats, Mask


def estimate_average_precision(
    scores: Floats, true: Mask, false: Mask, units: Units, count: int
) -> Estimate | None:
    """The mean, over images with the finding, of the precision at each one's own score.

    Images of one score share a precision, so that it is scikit-learn's. Its variance is that of the
    infinitesimal jackknife (Efron 1982) over units, its interval the score interval for the
    effective number of images with the finding, widened as Student's is. Intervals bound to 0 to 1
    hold the truth of this figure best (Boyd, Eng & Page 2013, doi:10.1007/978-3-642-40994-3_29).

    Args:
        scores: (N,) probabilities of the finding.
        true, false: (N,) it is known to be there, or not to be there.
        units: (N,) the number of each image's unit, 0 … count - 1.

    Returns:
        None where no image has the finding, or none lacks it.
    """
    if not true.any() or not false.any():
        return None
    known = np.flatnonzero(true | false)
    is_true = true[known]
    precisions, pulls = _rank(scores[known], is_true)
    positives = int(is_true.sum())
    value = float(precisions[is_true].mean())
    influence = (np.where(is_true, precisions - value, 0.0) + pulls) / positives
    owners = units[known]
    images = np.bincount(owners, minlength=count).astype(float)
    shifts = inflate(np.bincount(owners, influence, count).astype(float), images)
    having = np.bincount(owners[is_true], minlength=count).astype(float)
    least = positives**2 / float(np.square(having).sum())
    misplaced = len(np.unique(owners[is_true & (precisions < 1)]))
    variance = float(np.square(shifts).sum())
    worth = count_effective(value, variance, 0 if least <= 1 else misplaced, least)
    return Estimate(value, find_wilson(value, worth / _widen(least) ** 2), shifts)


def _widen(effective: float) -> float:
    """By how much the doubt about the variance widens an interval: Student's quantile over Z.

    Its degrees of freedom are one less than the effective number of images with the finding.
    """
    return expand_student(max(effective - 1, 1.0)) / Z


def _rank(scores: Floats, is_true: Mask) -> tuple[Floats, Floats]:
    """The precision (N,) at each image's score, and how far each image (N,), counted a little more,
    raises or lowers the precisions of the images with the finding that stand at or below it.
    """
    rising = np.argsort(scores, kind="stable")
    ordered = scores[rising]
    first = np.searchsorted(ordered, scores)  # how many images stand below each one
    last = np.searchsorted(ordered, scores, "right")
    at_or_above = len(scores) - first
    trues = np.append(0, np.cumsum(is_true[rising]))
    hits = trues[-1] - trues[first]
    precisions = hits / at_or_above
    # Sums over the images with the finding, from the lowest score up.
    gain = np.append(0.0, np.cumsum((is_true / at_or_above)[rising]))
    loss = np.append(0.0, np.cumsum((is_true * hits / at_or_above**2)[rising]))
    return precisions, np.where(is_true, gain[last], 0.0) - loss[last]
