"""Label shift: the classes look alike in both hospitals, and are only not equally common.

Shares are estimated in two ways, which agree where that is so: by expectation maximisation on
probabilities (Saerens, Latinne & Decaestecker 2002, doi:10.1162/089976602753284446), and from how
often a model decides for each class (Lipton, Wang & Smola 2018, arXiv 1802.03916, "black box shift
estimation").
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

STEPS = 1000
ENOUGH = 1e-8  # change of the shares at which expectation maximisation ends
# The least singular value of the confusion from which shares can be told by it.
TOLD = 0.05


def estimate_shares(probabilities: Floats, source_shares: Floats) -> Floats:
    """Each class's share (K,) of the target, by expectation maximisation (Saerens 2002, eq. 2.9).

    Args:
        probabilities: (M, K) of the target's images, by a model of the source.
        source_shares: (K,) of the images that the model learned from, each above 0.
    """
    shares = source_shares
    for _ in range(STEPS):
        found = reweigh(probabilities, source_shares, shares).mean(0)
        change = float(np.abs(found - shares).max())
        shares = found
        if change < ENOUGH:
            break
    return shares


def reweigh(probabilities: Floats, source_shares: Floats, target_shares: Floats) -> Floats:
    """Probabilities (M, K) as they would be, had the model learned from the target's shares.

    p'(k|x) is p(k|x) · target_k / source_k, scaled to a sum of 1 (Saerens 2002, eq. 2.4).
    """
    weighed = probabilities * (target_shares / source_shares)
    scaled: Floats = weighed / np.maximum(weighed.sum(1, keepdims=True), 1e-300)
    return scaled


def estimate_shares_black_box(
    decided: Indices, truth: Indices, decided_there: Indices, count: int
) -> Floats | None:
    """Each class's share (K,) of the target, from decisions alone (Lipton 2018, section 3).

    Solves C · s = q, where C[i, j] is how often a held-out source image of class j is decided as i,
    and q[i] how often a target image is. Shares below 0 are cut off, as the paper does.

    Args:
        decided, truth: (N,) of held-out source images, in 0 … count - 1; each class at least once.
        decided_there: (M,) of the target's images.
        count: K.

    Returns:
        None where the model's errors hide the shares: C is nearly singular.
    """
    by_truth = np.zeros((count, count))
    np.add.at(by_truth, (decided, truth), 1.0)
    rates = by_truth / np.maximum(by_truth.sum(0), 1)
    if np.linalg.svd(rates, compute_uv=False)[-1] < TOLD:
        return None
    said = np.bincount(decided_there, minlength=count) / len(decided_there)
    shares = np.linalg.solve(rates, said).clip(0)
    total = float(shares.sum())
    return shares / total if total > 0 else None
