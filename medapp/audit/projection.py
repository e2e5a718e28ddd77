"""Features of images in two dimensions: principal components (Jolliffe 2002, section 3.5)."""

import numpy as np
from numpy.typing import NDArray


def project(features: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """The first two principal components of features (N, F), and their shares of the variance.

    The largest weight of each component is positive, so that the same images give the same map.

    Returns:
        Positions (N, 2), and two shares from 0 to 1; a component that is not there is 0.
    """
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    axes = axes * np.where(largest < 0, -1, 1)
    total = float(variances.sum())
    shares = variances[::-1][:2].clip(0) / total if total > 0 else np.zeros(2)
    return centred @ axes, (float(shares[0]), float(shares[1]))
