"""Features of images in a few dimensions: principal components (Jolliffe 2002, section 3.5)."""

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 8192  # images whose features are in double precision at a time


def project(
    features: NDArray[np.float32], count: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first principal components of features (N, F), and their shares of the variance.

    The largest weight of each component is positive, so that the same images give the same map.

    Returns:
        Positions (N, K) and K shares from 0 to 1, where K is `count`, or F where F is less.
    """
    means = features.mean(axis=0, dtype=np.float64)
    starts = range(0, len(features), AT_ONCE)
    products = np.zeros((len(means), len(means)))
    for start in starts:
        centred = features[start : start + AT_ONCE] - means
        products += centred.T @ centred
    variances, axes = np.linalg.eigh(products)
    axes = axes[:, ::-1][:, :count]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    axes = axes * np.where(largest < 0, -1, 1)
    positions = [(features[start : start + AT_ONCE] - means) @ axes for start in starts]
    total = float(variances.sum())
    chosen = variances[::-1][:count].clip(0)
    return np.concatenate(positions), chosen / total if total > 0 else np.zeros_like(chosen)
