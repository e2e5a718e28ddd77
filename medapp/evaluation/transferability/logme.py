"""LogME: the evidence that a linear model on given features has for the labels.

You et al. 2021, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning",
arXiv 2102.11005; the fixed-point iteration is that of You et al. 2022, arXiv 2110.10545.
"""

import numpy as np
from numpy.typing import NDArray

ITERATIONS = 50
TOLERANCE = 1e-6
FLOOR = 1e-12  # under sums of squares that are divided by

Floats = NDArray[np.float64]


def compute_logme(features: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The mean over classes of log p(y | F) / N, each class against the rest; higher is better.

    With y = F w + e, w ~ N(0, I / α) and e ~ N(0, I / β), the evidence p(y | F, α, β) is made
    largest over α and β.

    Args:
        features: (N, D); not centred, as a constant direction serves for the intercept.
        labels: (N,) class indices.
    """
    matrix = np.asarray(features, np.float64)
    left, singular, _ = np.linalg.svd(matrix, full_matrices=False)
    evidences = []
    for label in np.unique(labels):
        y = (labels == label).astype(np.float64)
        squares = np.square(left.T @ y)
        rest = max(float(y @ y - squares.sum()), 0.0)
        evidences.append(_maximise(np.square(singular), squares, rest, len(y)))
    return float(np.mean(evidences))


def _maximise(spectrum: Floats, squares: Floats, rest: float, count: int) -> float:
    """The largest log evidence over N.

    Args:
        spectrum: (R,) squared singular values of the features.
        squares: (R,) squared projections of y on the left singular vectors.
        rest: what of y · y lies outside of them.
        count: N.
    """
    alpha = beta = 1.0
    for _ in range(ITERATIONS):
        ratio = alpha / beta
        gamma = float((spectrum / (ratio + spectrum)).sum())
        weight = float((spectrum * squares / np.square(ratio + spectrum)).sum())
        residual = _sum_residual(ratio, spectrum, squares, rest)
        alpha = gamma / max(weight, FLOOR)
        beta = max(count - gamma, FLOOR) / max(residual, FLOOR)
        if abs(alpha / beta - ratio) <= TOLERANCE * ratio:
            break
    ratio = alpha / beta
    weight = float((spectrum * squares / np.square(ratio + spectrum)).sum())
    residual = _sum_residual(ratio, spectrum, squares, rest)
    # Directions without a singular value add log α each, which the first term takes away.
    evidence = (
        len(spectrum) * np.log(alpha)
        + count * np.log(beta)
        - np.log(alpha + beta * spectrum).sum()
        - beta * residual
        - alpha * weight
        - count * np.log(2 * np.pi)
    ) / 2
    return float(evidence / count)


def _sum_residual(ratio: float, spectrum: Floats, squares: Floats, rest: float) -> float:
    """The squared distance from y to F w at the posterior mean of w."""
    return float((squares / np.square(1 + spectrum / ratio)).sum()) + rest
