"""Which labels are probably wrong, by probabilities of a model that has not seen them.

Of classes by confident learning (Northcutt, Jiang & Chuang 2021, doi:10.1613/jair.1.12125). Of
grades by how far a label is expected to be off: readers often differ by one grade, and a label that
is one off is seldom a slip. Those grades come first whose label the model contradicts most, from
step to step of the order (`benchmarks.accuracy.suspected_grades` compares orders).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# Grades by which another one must be expected to be nearer. A neighbour then needs a probability of
# 7/8 that the truth lies on its side.
LEAST_GRADES = 0.75


@dataclass(frozen=True)
class Suspects:
    """Labels that are probably wrong, the least probable first.

    Attributes:
        rows: (S,) which of the N images.
        proposed: (S,) the class that each rather shows.
        margins: (S,) of classes, the label's probability less the proposed class's, in -1 to 0; of
            grades, the label's log-likelihood over the steps (`measure_surprise`), below 0.
    """

    rows: Indices
    proposed: Indices
    margins: Floats


def find_suspects(probabilities: Floats, labels: Indices) -> Suspects:
    """The images off the diagonal of the confident joint (section 3.1, equation 1).

    An image counts as of class j where its probability of j is at least the mean of that of the
    images labelled j; of several such classes the most probable one counts. Where that is another
    than its label, and also the most probable class of all, the label is suspected. Ranked by the
    normalised margin (section 3.2).

    Args:
        probabilities: (N, K) by a model that has not learned from the image.
        labels: (N,) 0 … K - 1.
    """
    beyond = probabilities >= find_thresholds(probabilities, labels)
    proposed = np.where(beyond, probabilities, -1.0).argmax(axis=1)
    is_suspect = (
        beyond.any(axis=1) & (proposed != labels) & (proposed == probabilities.argmax(axis=1))
    )
    rows = np.flatnonzero(is_suspect)
    margins = probabilities[rows, labels[rows]] - probabilities[rows, proposed[rows]]
    order = np.argsort(margins, kind="stable")
    return Suspects(rows[order], proposed[rows][order], margins[order])


def find_suspected_grades(probabilities: Floats, labels: Indices, places: Indices) -> Suspects:
    """The images that are expected to be nearer to another grade, by `LEAST_GRADES` at least.

    How far a grade is expected to be off is the mean of its distances to all grades, weighted by
    their probabilities. The one that is off least, the median, is proposed. Ranked by
    `measure_surprise`.

    Args:
        probabilities: (N, K) by a model that has not learned from the image.
        labels: (N,) 0 … K - 1.
        places: (K,) where each grade stands in the order of all, the lowest first.
    """
    expected = _measure_distances(probabilities, places)
    proposed = propose_grades(probabilities, places)
    nearer = expected[np.arange(len(labels)), labels] - expected.min(axis=1)
    rows = np.flatnonzero(nearer >= LEAST_GRADES)
    margins = -measure_surprise(probabilities[rows], labels[rows], places)
    order = np.argsort(margins, kind="stable")
    return Suspects(rows[order], proposed[rows][order], margins[order])


def propose_grades(probabilities: Floats, places: Indices) -> Indices:
    """The grade (N,) that is expected to be off least: the median."""
    return np.asarray(_measure_distances(probabilities, places).argmin(axis=1))


def _measure_distances(probabilities: Floats, places: Indices) -> Floats:
    """How many grades each grade is expected to be off (N, K)."""
    return np.asarray(probabilities @ np.abs(places[:, None] - places))


def measure_surprise(probabilities: Floats, labels: Indices, places: Indices) -> Floats:
    """How much a model is surprised by each grade (N,), in nats, 0 or more.

    A grade says at each step between two neighbouring grades on which side the image lies; the
    surprise is -log of the probability of that side, summed over the steps, a step over a grade
    that is not asked about as often as it is wide. A probability counts as 1e-9 at least.

    Args:
        probabilities, labels, places: as those of `find_suspected_grades`.
    """
    is_below = labels[:, None] <= np.arange(probabilities.shape[1] - 1)
    below = probabilities.cumsum(axis=1)[:, :-1]
    sides = np.where(is_below, below, 1 - below).clip(1e-9, 1)
    return np.asarray(-np.log(sides) @ np.diff(places))


def find_thresholds(probabilities: Floats, labels: Indices) -> Floats:
    """The mean probability (K,) of each class among the images labelled so; above 1 without any."""
    own = [probabilities[labels == k, k] for k in range(probabilities.shape[1])]
    return np.array([values.mean() if len(values) else 2.0 for values in own])
