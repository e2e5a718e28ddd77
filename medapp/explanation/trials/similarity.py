"""How alike two maps are: in the order of their places, and in their structure.

Maps are (N, S, S). Where one of a pair is flat, so that it has no order, the similarity is NaN.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

WINDOW = 7  # px, the side of the window of structural similarity


def correlate_ranks(first: Floats, second: Floats) -> NDArray[np.float64]:
    """Spearman's rank correlation (N,) of each pair; places of one value share their mean rank."""
    return np.array([_correlate(_rank(a), _rank(b)) for a, b in zip(first, second, strict=True)])


def compare_structure(first: Floats, second: Floats) -> NDArray[np.float64]:
    """Structural similarity (N,) of each pair in 0 to 1 (Wang et al. 2004, equation 13).

    The mean over all windows of 7 × 7 px that lie within the maps, equally weighted, with the
    sample covariance, as scikit-image computes it.
    """
    a = first.astype(float)
    b = second.astype(float)
    mean_a, mean_b = _average(a), _average(b)
    bessel = WINDOW**2 / (WINDOW**2 - 1)
    variance_a = bessel * (_average(a * a) - mean_a**2)
    variance_b = bessel * (_average(b * b) - mean_b**2)
    covariance = bessel * (_average(a * b) - mean_a * mean_b)
    low, high = 0.01**2, 0.03**2
    up = (2 * mean_a * mean_b + low) * (2 * covariance + high)
    down = (mean_a**2 + mean_b**2 + low) * (variance_a + variance_b + high)
    found = (up / down).mean(axis=(1, 2))
    is_flat = (np.ptp(a, axis=(1, 2)) == 0) | (np.ptp(b, axis=(1, 2)) == 0)
    return np.where(is_flat, np.nan, found)


def _rank(values: Floats) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(ranks[places.ravel()], dtype=float)


def _correlate(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a = a - a.mean()
    b = b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else float("nan")


def _average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over each window that lies within the maps: (N, S - 6, S - 6)."""
    sums = np.pad(values, ((0, 0), (1, 0), (1, 0))).cumsum(1).cumsum(2)
    w = WINDOW
    total = sums[:, w:, w:] - sums[:, :-w, w:] - sums[:, w:, :-w] + sums[:, :-w, :-w]
    return np.asarray(total / w**2)
