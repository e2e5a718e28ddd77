"""Scores in order: which of them differ by more than chance, and whether the order was right."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95

Floats = NDArray[np.float64]


def find_told_apart(scores: Floats, replicates: Floats) -> NDArray[np.bool_]:
    """Which pairs (S, S) of scores differ by more than chance.

    All pairs are asked at once: the limit is the 95% quantile of the largest studentised difference
    among them over the bootstrap (single step of Romano & Wolf 2005,
    doi:10.1111/j.1468-0262.2005.00615.x), so that with many sources none is told apart because it
    was looked for.

    Args:
        scores: (S,).
        replicates: (B, S) the scores on resamples, each drawn once for all S.
    """
    differences = scores[:, None] - scores[None]
    drawn = replicates[:, :, None] - replicates[:, None, :]
    errors = drawn.std(0, ddof=1)
    sound = errors > 1e-9
    scaled = np.abs(drawn - drawn.mean(0)) / np.where(sound, errors, np.inf)
    limit = float(np.quantile(scaled.max((1, 2)), LEVEL))
    # What never varied and yet differs is no matter of chance.
    told: NDArray[np.bool_] = np.abs(differences) > np.where(sound, limit * errors, 1e-9)
    return told


def compute_kendall_tau(scores: Sequence[float], truths: Sequence[float]) -> float | None:
    """Kendall's τ-b (1945), -1 to 1: how alike two orders are; None where one has ties alone."""
    pairs = list(itertools.combinations(range(len(scores)), 2))
    ours = np.array([np.sign(scores[i] - scores[j]) for i, j in pairs])
    theirs = np.array([np.sign(truths[i] - truths[j]) for i, j in pairs])
    scale = np.sqrt(float(np.abs(ours).sum() * np.abs(theirs).sum()))
    return float((ours * theirs).sum() / scale) if scale > 0 else None


def compute_regret(scores: Sequence[float], truths: Sequence[float]) -> float:
    """What is lost by taking the highest score instead of the best, in units of the truths."""
    return float(max(truths) - truths[int(np.argmax(scores))])
