"""Weighted metrics of a classifier, for many weightings at once.

Every figure is computed by one routine that takes a weight an image: weights of one give the figure
itself, the counts of a bootstrap resample give one replicate, so that a figure and its interval
cannot disagree on a definition. What this module does not know: images, patients, notes.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

METRICS = ("accuracy", "balanced_accuracy", "macro_sensitivity", "macro_f1", "macro_auroc")
CLASS_METRICS = ("sensitivity", "specificity", "precision", "f1", "auroc")
BLOCK = 2**22  # weights that are held at once, in 32 MiB

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_MACRO = {
    "balanced_accuracy": "sensitivity",
    "macro_sensitivity": "sensitivity",
    "macro_f1": "f1",
    "macro_auroc": "auroc",
}


@dataclass(frozen=True)
class Ranking:
    """One class against the rest.

    Attributes:
        positives: (P,) indices of the images of the class.
        negatives: (M,) indices of the others, in rising order of score.
        starts: (P,) how many negatives score lower than each positive.
        stops: (P,) how many negatives do not score higher than each positive.
    """

    positives: NDArray[np.intp]
    negatives: NDArray[np.intp]
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]

    @classmethod
    def build(cls, scores: Floats, is_positive: Mask, is_negative: Mask | None = None) -> "Ranking":
        """Sort scores (N,) once for all weightings.

        Args:
            is_positive: (N,) the images of the class.
            is_negative: (N,) the others; all that are not positive where None is given.
        """
        positives = np.flatnonzero(is_positive)
        negatives = np.flatnonzero(~is_positive if is_negative is None else is_negative)
        negatives = negatives[np.argsort(scores[negatives], kind="stable")]
        rising = scores[negatives]
        wanted = scores[positives]
        return cls(
            positives,
            negatives,
            np.searchsorted(rising, wanted),
            np.searchsorted(rising, wanted, "right"),
        )

    def measure_auroc(self, weights: Floats) -> Floats:
        """Weights (R, N) to AUROC (R,), NaN where positives or negatives have no weight.

        The AUROC is the share of positive–negative pairs in the right order, with ties as half
        (Hanley & McNeil 1982).
        """
        below = np.zeros((len(weights), len(self.negatives) + 1))
        np.cumsum(weights[:, self.negatives], axis=1, out=below[:, 1:])
        positive = weights[:, self.positives]
        wins = np.einsum("rp,rp->r", positive, below[:, self.starts] + below[:, self.stops]) / 2
        return _divide(wins, positive.sum(axis=1) * below[:, -1])


class Tables(Protocol):
    """What all weightings of one judgement share."""

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """Weights (R, N) to each of `METRICS` (R,) and of `CLASS_METRICS` (R, K).

        A figure is NaN where it is undefined.
        """


@dataclass(frozen=True)
class LabelTables:
    """One label an image: each image's cell of the confusion matrix, and each class's ranking.

    Attributes:
        k: how many classes there are.
        cells: (N, K·K) 1 at the image's cell, truth · K + prediction.
    """

    k: int
    cells: Floats
    rankings: tuple[Ranking, ...]

    @classmethod
    def build(
        cls, scores: Floats, truths: NDArray[np.intp], predictions: NDArray[np.intp]
    ) -> "LabelTables":
        """From scores (N, K), truths (N,) and predictions (N,)."""
        n, k = scores.shape
        cells = np.zeros((n, k * k))
        cells[np.arange(n), truths * k + predictions] = 1
        rankings = tuple(Ranking.build(scores[:, c], truths == c) for c in range(k))
        return cls(k, cells, rankings)

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """See `Tables.measure`."""
        confusion = (weights @ self.cells).reshape(-1, self.k, self.k)  # (R, truth, prediction)
        right = np.einsum("rkk->rk", confusion)
        true = confusion.sum(axis=2)
        predicted = confusion.sum(axis=1)
        total = weights.sum(axis=1)
        others_taken = predicted - right
        figures = {
            "accuracy": _divide(right.sum(axis=1), total),
            "sensitivity": _divide(right, true),
            "specificity": 1 - _divide(others_taken, total[:, None] - true),
            "precision": _divide(right, predicted),
            "f1": np.where(true > 0, _divide(2 * right, true + predicted), np.nan),
            "auroc": _rank(self.rankings, weights),
        }
        return figures | {name: _mean_defined(figures[metric]) for name, metric in _MACRO.items()}


@dataclass(frozen=True)
class FindingTables:
    """Several labels an image: what is known of each finding, and what was decided.

    Attributes:
        true: (N, K) 1 where the finding is known to be in the image.
        false: (N, K) 1 where the finding is known not to be in the image.
        found: (N, K) 1 where the finding was decided to be in the image.
    """

    true: Floats
    false: Floats
    found: Floats
    rankings: tuple[Ranking, ...]

    @classmethod
    def build(cls, scores: Floats, targets: Floats, found: Mask) -> "FindingTables":
        """From scores (N, K), targets (N, K) with NaN where unknown, and decisions (N, K)."""
        true = targets == 1
        false = targets == 0
        rankings = tuple(
            Ranking.build(scores[:, c], true[:, c], false[:, c]) for c in range(scores.shape[1])
        )
        return cls(true.astype(float), false.astype(float), found.astype(float), rankings)

    def measure(self, weights: Floats) -> dict[str, Floats]:
        """See `Tables.measure`.

        The accuracy is the share of images of which every known finding is right; a finding's
        balanced accuracy is the mean of its sensitivity and specificity.
        """
        true = weights @ self.true
        false = weights @ self.false
        hits = weights @ (self.true * self.found)
        alarms = weights @ (self.false * self.found)
        wrong = self.true * (1 - self.found) + self.false * self.found
        is_right = (wrong.sum(axis=1) == 0).astype(float)
        sensitivity = _divide(hits, true)
        specificity = 1 - _divide(alarms, false)
        figures = {
            "accuracy": _divide(weights @ is_right, weights.sum(axis=1)),
            "sensitivity": sensitivity,
            "specificity": specificity,
            "precision": _divide(hits, hits + alarms),
            "f1": np.where(true > 0, _divide(2 * hits, true + hits + alarms), np.nan),
            "auroc": _rank(self.rankings, weights),
        }
        means = {name: _mean_defined(figures[metric]) for name, metric in _MACRO.items()}
        means["balanced_accuracy"] = _mean_defined((sensitivity + specificity) / 2)
        return figures | means


def resample(
    tables: Tables, unit_of_image: NDArray[np.intp], resamples: int, seed: int
) -> dict[str, Floats]:
    """`Tables.measure` for bootstrap resamples of units.

    An image weighs how often its unit was drawn.

    Args:
        unit_of_image: (N,) numbers 0 … U - 1. Each resample draws U units with replacement.
        resamples: R, how many replicates of each figure there will be.
    """
    generator = np.random.default_rng(seed)
    n = len(unit_of_image)
    units = int(unit_of_image.max(initial=-1)) + 1
    blocks = [tables.measure(np.ones((0, n)))]
    at_once = max(1, BLOCK // max(n, 1))
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        drawn = generator.integers(0, units, (rows, units)) + units * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)
        blocks.append(tables.measure(counts[:, unit_of_image].astype(float)))
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def trace_roc(scores: ArrayLike, positives: ArrayLike) -> tuple[Floats, Floats]:
    """The ROC curve of scores (N,) against positives (N,) bool.

    Equal scores make one slanted step, so that the area under the curve is the AUROC.

    Returns:
        False and true positive rates, from (0, 0) to (1, 1); empty without positives or negatives.
    """
    values = np.asarray(scores, dtype=float)
    is_positive = np.asarray(positives, dtype=bool)
    n_positive = int(is_positive.sum())
    n_negative = len(is_positive) - n_positive
    if not n_positive or not n_negative:
        return np.empty(0), np.empty(0)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.cumsum(is_positive[order])[ends]
    return np.append(0.0, (ends + 1 - hits) / n_negative), np.append(0.0, hits / n_positive)


def _rank(rankings: tuple[Ranking, ...], weights: Floats) -> Floats:
    """The AUROC (R, K) of each class."""
    return np.stack([ranking.measure_auroc(weights) for ranking in rankings], axis=1)


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, NaN where the denominator is 0."""
    quotient: Floats = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def _mean_defined(values: Floats) -> Floats:
    """Mean over the classes (R, K) that are defined; NaN where none is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1).astype(float))
