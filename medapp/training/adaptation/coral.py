"""CORAL: the source's features with the mean and the covariance of the target's.

Sun, Feng & Saenko 2016, "Return of frustratingly easy domain adaptation" (AAAI; arXiv 1511.05547).
The paper adds the identity to both covariances; here they are shrunk by Ledoit & Wolf 2004, "A
well-conditioned estimator for large-dimensional covariance matrices" (doi:10.1016/S0047-259X(03)
00096-4), as much as few images ask for and whatever the features' scale.
"""

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
Floats = NDArray[np.float64]
# Of the largest variance along an axis; below it an axis counts as flat.
FLAT = 1e-10


def align(source: Features, target: Features) -> tuple[Features, Features]:
    """Source features x to (x - mean_s) · C_s^(-1/2) · C_t^(1/2) + mean_t; the target stays.

    A head that is fitted to the aligned source takes the target's features as they are.

    Args:
        source, target: (N, F) and (M, F), at least two rows each.

    Returns:
        The aligned source (N, F), and the target.
    """
    centred = source.astype(np.float64) - source.mean(0, dtype=np.float64)
    whiten = _raise(shrink_covariance(source), -0.5)
    colour = _raise(shrink_covariance(target), 0.5)
    aligned = centred @ whiten @ colour + target.mean(0, dtype=np.float64)
    return aligned.astype(np.float32), target


def shrink_covariance(features: Features) -> Floats:
    """The covariance (F, F) of features (N, F), drawn towards a multiple of the identity.

    (1 - d) · S + d · trace(S) / F · I, with d of Ledoit & Wolf 2004, lemma 3.4: how much of the
    spread of S's entries is mere chance of N images.
    """
    centred = features.astype(np.float64) - features.mean(0, dtype=np.float64)
    count, width = centred.shape
    sample = centred.T @ centred / count
    mean = float(np.trace(sample)) / width
    squares = float(np.square(sample).sum())
    spread = squares / width - mean**2
    chance = (float(np.square(np.square(centred).sum(1)).mean()) - squares) / width / count
    share = min(max(chance, 0.0) / spread, 1.0) if spread > 0 else 1.0
    shrunk: Floats = (1 - share) * sample + share * mean * np.eye(width)
    return shrunk


def _raise(matrix: Floats, power: float) -> Floats:
    """A symmetric matrix to a power, along its axes; a flat axis gives 0."""
    values, axes = np.linalg.eigh(matrix)
    least = FLAT * max(float(values[-1]), 0.0)
    raised = np.zeros_like(values)
    is_there = values > least
    raised[is_there] = values[is_there] ** power
    result: Floats = (axes * raised) @ axes.T
    return result
