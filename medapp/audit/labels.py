"""Confident learning: which labels are probably wrong, by probabilities of a model that has not
seen them (Northcutt, Jiang & Chuang 2021, doi:10.1613/jair.1.12125).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Suspects:
    """Labels that are probably wrong, the least probable first.

    Attributes:
        rows: (S,) which of the N images.
        proposed: (S,) the class that each rather shows.
        margins: (S,) the label's probability less the proposed class's, in -1 to 0.
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


def find_thresholds(probabilities: Floats, labels: Indices) -> Floats:
    """The mean probability (K,) of each class among the images labelled so; above 1 without any."""
    own = [probabilities[labels == k, k] for k in range(probabilities.shape[1])]
    return np.array([values.mean() if len(values) else 2.0 for values in own])
