"""The names of figures, and what lies behind AUROC and the ROC curve."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

METRICS = ("accuracy", "balanced_accuracy", "macro_sensitivity", "macro_f1", "macro_auroc")
# Those that only some tasks have, see `Task.figures`.
SPECIAL_METRICS = (
    *("macro_average_precision", "quadratic_kappa", "mean_absolute_error"),
    "within_one_grade",
)
CLASS_METRICS = ("sensitivity", "specificity", "precision", "f1", "auroc")
FINDING_METRICS = (*CLASS_METRICS, "average_precision")

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def rank_pairs(positives: Floats, negatives: Floats) -> tuple[Floats, Floats]:
    """The share of pairs in the right order that each score takes part in, with ties as half.

    The mean over either side is the AUROC (Hanley & McNeil 1982).

    Args:
        positives, negatives: (P,) and (M,) scores, at least one each.

    Returns:
        (P,) and (M,) shares in 0 to 1.
    """
    of_positives = _count_below(positives, negatives) / len(negatives)
    of_negatives = 1 - _count_below(negatives, positives) / len(positives)
    return of_positives, of_negatives


def _count_below(scores: Floats, others: Floats) -> Floats:
    """How many of the others (M,) are below each score (P,), with equal ones as half."""
    rising = np.sort(others)
    below = np.searchsorted(rising, scores).astype(float)
    counts: Floats = (below + np.searchsorted(rising, scores, "right")) / 2
    return counts


def trace_roc(scores: ArrayLike, positives: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The ROC curve of scores (N,) against positives (N,) bool.

    Equal scores make one slanted step, so that the area under the curve is the AUROC.

    Returns:
        False and true positive rates, from (0, 0) to (1, 1), and from which score on a case counts
        as positive there: infinity first, for none does. Empty without positives or negatives.
    """
    values = np.asarray(scores, dtype=float)
    is_positive = np.asarray(positives, dtype=bool)
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    if not n_positive or not n_negative:
        return np.empty(0), np.empty(0), np.empty(0)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.cumsum(is_positive[order])[ends]
    return (
        np.append(0.0, (ends + 1 - hits) / n_negative),
        np.append(0.0, hits / n_positive),
        np.append(np.inf, values[order][ends]),
    )
