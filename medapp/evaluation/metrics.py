"""Weighted metrics of a classifier, for many weightings at once. Knows nothing of images, patients
or notes.

Every figure is computed by one routine that takes a weight an image: weights of one give the figure
itself, the counts of a bootstrap resample give one replicate, so that a figure and its interval
cannot disagree on a definition.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

METRICS = ("accuracy", "balanced_accuracy", "macro_sensitivity", "macro_f1", "macro_auroc")
CLASS_METRICS = ("sensitivity", "specificity", "precision", "f1", "auroc")
BLOCK = 2**22  # weights held at once: 32 MiB

Floats = NDArray[np.float64]
_MACRO = {
    "balanced_accuracy": "sensitivity",
    "macro_sensitivity": "sensitivity",
    "macro_f1": "f1",
    "macro_auroc": "auroc",
}


@dataclass(frozen=True)
class Ranking:
    """One class against the rest: for a positive, `starts` negatives score lower and `stops` do not
    score higher.
    """

    positives: NDArray[np.intp]  # (P,)
    negatives: NDArray[np.intp]  # (M,) in rising order of score
    starts: NDArray[np.intp]  # (P,)
    stops: NDArray[np.intp]  # (P,)

    @classmethod
    def build(cls, scores: Floats, is_positive: NDArray[np.bool_]) -> "Ranking":
        """Sort scores (N,) once for all weightings."""
        positives, negatives = np.flatnonzero(is_positive), np.flatnonzero(~is_positive)
        negatives = negatives[np.argsort(scores[negatives], kind="stable")]
        rising, wanted = scores[negatives], scores[positives]
        return cls(
            positives,
            negatives,
            np.searchsorted(rising, wanted),
            np.searchsorted(rising, wanted, "right"),
        )

    def measure_auroc(self, weights: Floats) -> Floats:
        """Weights (R, N) to AUROC (R,), NaN where one side has no weight.

        It is the share of positive–negative pairs in the right order, with ties as half (Hanley &
        McNeil 1982).
        """
        below = np.zeros((len(weights), len(self.negatives) + 1))
        np.cumsum(weights[:, self.negatives], axis=1, out=below[:, 1:])
        positive = weights[:, self.positives]
        wins = np.einsum("rp,rp->r", positive, below[:, self.starts] + below[:, self.stops]) / 2
        return _divide(wins, positive.sum(axis=1) * below[:, -1])


@dataclass(frozen=True)
class Tables:
    """What all weightings share: each image's cell of the confusion matrix, and each class's
    ranking.
    """

    k: int
    cells: Floats  # (N, K·K) one-hot: truth · K + prediction
    rankings: tuple[Ranking, ...]

    @classmethod
    def build(
        cls, scores: Floats, truths: NDArray[np.intp], predictions: NDArray[np.intp]
    ) -> "Tables":
        """From scores (N, K), truths (N,) and predictions (N,)."""
        n, k = scores.shape
        cells = np.zeros((n, k * k))
        cells[np.arange(n), truths * k + predictions] = 1
        return cls(k, cells, tuple(Ranking.build(scores[:, c], truths == c) for c in range(k)))

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """Weights (R, N) to each of `METRICS` (R,) and of `CLASS_METRICS` (R, K); NaN where
        undefined.
        """
        confusion = (weights @ self.cells).reshape(-1, self.k, self.k)  # (R, truth, prediction)
        right = np.einsum("rkk->rk", confusion)
        true, predicted, total = confusion.sum(axis=2), confusion.sum(axis=1), weights.sum(axis=1)
        others_taken = predicted - right
        figures = {
            "accuracy": _divide(right.sum(axis=1), total),
            "sensitivity": _divide(right, true),
            "specificity": 1 - _divide(others_taken, total[:, None] - true),
            "precision": _divide(right, predicted),
            "f1": np.where(true > 0, _divide(2 * right, true + predicted), np.nan),
            "auroc": np.stack(
                [ranking.measure_auroc(weights) for ranking in self.rankings], axis=1
            ),
        }
        return figures | {name: _mean_defined(figures[metric]) for name, metric in _MACRO.items()}

    def resample(
        self, unit_of_image: NDArray[np.intp], resamples: int, seed: int
    ) -> dict[str, Floats]:
        """`measure` for bootstrap resamples of units; an image weighs how often its unit was drawn.

        Args:
            unit_of_image: (N,) numbers 0 … U - 1. Each resample draws U units with replacement.
        """
        generator = np.random.default_rng(seed)
        n, units = len(unit_of_image), int(unit_of_image.max(initial=-1)) + 1
        parts = [self.measure(np.ones((0, n)))]
        block = max(1, BLOCK // max(n, 1))
        for start in range(0, resamples, block):
            rows = min(block, resamples - start)
            drawn = generator.integers(0, units, (rows, units)) + units * np.arange(rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)
            parts.append(self.measure(counts[:, unit_of_image].astype(float)))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def trace_roc(scores: ArrayLike, positives: ArrayLike) -> tuple[Floats, Floats]:
    """The ROC curve of scores (N,) against positives (N,) bool: false and true positive rates, (0,
    0) to (1, 1).

    Equal scores make one slanted step, so that the area under it is the AUROC. Both are empty where
    a side is missing.
    """
    values, is_positive = np.asarray(scores, dtype=float), np.asarray(positives, dtype=bool)
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    if not n_positive or not n_negative:
        return np.empty(0), np.empty(0)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.cumsum(is_positive[order])[ends]
    return np.append(0.0, (ends + 1 - hits) / n_negative), np.append(0.0, hits / n_positive)


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, NaN where the denominator is 0."""
    quotient: Floats = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def _mean_defined(values: Floats) -> Floats:
    """Mean over the classes (R, K) that are defined; NaN where none is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1).astype(float))
