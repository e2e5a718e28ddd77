"""The H-score: how much of the features' spread lies between the classes.

Bao et al. 2019, "An Information-Theoretic Approach to Transferability in Task Transfer Learning",
ICIP; with the shrinkage of Ibrahim et al. 2021, "Newer is not always better: Rethinking
transferability metrics, their peculiarities, stability and performance", arXiv 2110.06893: with few
images for many features the plain score is mostly chance.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def compute_h_score(features: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """(1 - s) · tr(Σ_s⁻¹ Σ_z), at most the number of classes - 1; higher is better.

    Σ_z is the covariance of the class means, Σ_s = (1 - s) Σ + s · tr(Σ) / D · I that of the
    features, shrunk by the intensity s of Ledoit & Wolf (2004, doi:10.1016/S0047-259X(03)00096-4).

    Args:
        features: (N, D).
        labels: (N,) class indices.
    """
    centred = np.asarray(features, np.float64)
    centred = centred - centred.mean(0)
    count, width = centred.shape
    covariance = centred.T @ centred / count
    scale = float(np.trace(covariance)) / width
    if scale <= 0:
        return 0.0  # all images look the same
    intensity = find_shrinkage(centred, covariance)
    shrunk = (1 - intensity) * covariance + intensity * scale * np.eye(width)
    # Of rank below D the features leave nothing to invert where nothing is shrunk.
    shrunk += 1e-10 * scale * np.eye(width)
    _, members = np.unique(labels, return_inverse=True)
    sizes = np.bincount(members)
    means = np.zeros((len(sizes), width))
    np.add.at(means, members, centred)
    means /= sizes[:, None]
    between = (means * (sizes / count)[:, None]).T @ means
    return float((1 - intensity) * np.trace(np.linalg.solve(shrunk, between)))


def find_shrinkage(centred: Floats, covariance: Floats) -> float:
    """The intensity, 0 to 1, by which Ledoit & Wolf draw a covariance to a multiple of I.

    Args:
        centred: (N, D) with mean 0.
        covariance: (D, D) its covariance, over N.
    """
    count, width = centred.shape
    total = float(np.square(covariance).sum())
    distance = total - float(np.trace(covariance)) ** 2 / width
    lengths = np.square(np.square(centred).sum(1))
    error = (float(lengths.sum()) / count - total) / count
    return min(max(error / distance, 0.0), 1.0) if distance > 0 else 0.0
