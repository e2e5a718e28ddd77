"""k-NN: what the images that look most alike are labelled.

Votes are weighted by likeness as in Wu et al. 2018, "Unsupervised Feature Learning via
Non-Parametric Instance Discrimination", arXiv 1805.01978. There is nothing to fit.
"""

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 20
TEMPERATURE = 0.07
ROWS = 512  # images compared with all others at once

Floats = NDArray[np.float64]


def predict_by_neighbours(
    features: NDArray[np.floating],
    labels: NDArray[np.integer],
    groups: NDArray[np.integer],
    count: int = NEIGHBOURS,
) -> Floats:
    """Each image's probabilities (N, K) by its nearest images, none of its own group among them.

    A neighbour at the cosine c of standardised features votes with exp(c / `TEMPERATURE`).

    Args:
        features: (N, D).
        labels: (N,) 0 … K - 1.
        groups: (N,) equal for images that must not judge one another.
    """
    values = np.asarray(features, np.float32)
    values = values - values.mean(0)
    spread = values.std(0)
    values = values / np.where(spread > 0, spread, 1)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    values = values / np.where(length > 0, length, 1)
    votes = np.eye(int(labels.max()) + 1)[labels]
    count = min(count, len(labels) - 1)
    found = []
    for start in range(0, len(values), ROWS):
        part = slice(start, start + ROWS)
        likeness = (values[part] @ values.T).astype(np.float64)
        likeness[groups[part, None] == groups[None]] = -np.inf
        nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        weights = np.exp((np.take_along_axis(likeness, nearest, 1) - 1) / TEMPERATURE)
        found.append((weights[:, :, None] * votes[nearest]).sum(1))
    summed = np.concatenate(found)
    total = summed.sum(1, keepdims=True)
    # An image without a neighbour from elsewhere is as likely of one class as of another.
    even = np.full_like(summed, 1 / summed.shape[1])
    return np.where(total > 0, summed / np.where(total > 0, total, 1), even)
