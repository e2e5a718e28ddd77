"""From which probability a finding counts as there, where each has a threshold of its own.

Half is no natural limit: a finding that one image in fifty shows hardly ever gets that far. The
threshold is chosen on images of the validation split, never on those that judge the model.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

THRESHOLD = 0.5  # where none was chosen
FEWEST = 5  # known images with the finding, and without it, that a threshold is chosen from
RULE = (
    "the highest Youden index (sensitivity + specificity − 1; Youden 1950) on the validation split"
)


def choose_thresholds(probabilities: ArrayLike, targets: ArrayLike) -> tuple[float, ...]:
    """A threshold a finding: where sensitivity + specificity is highest, of equal ones the lowest.

    The Youden index weighs images with and without the finding alike, whatever their share, as
    balanced accuracy does. A threshold lies midway between two probabilities that occur. Where
    fewer than `FEWEST` images are known to have the finding, or not to have it, it is one half.

    Args:
        probabilities: (N, K).
        targets: (N, K) with 1, 0 and NaN for what is not known.
    """
    scores = np.asarray(probabilities, dtype=float)
    truths = np.asarray(targets, dtype=float)
    return tuple(
        _choose(scores[:, c], truths[:, c] == 1, truths[:, c] == 0) for c in range(scores.shape[1])
    )


def _choose(scores: Floats, true: Mask, false: Mask) -> float:
    if min(true.sum(), false.sum()) < FEWEST:
        return THRESHOLD
    levels = np.unique(scores[true | false])
    if len(levels) < 2:
        return THRESHOLD
    cuts = (levels[:-1] + levels[1:]) / 2
    missed = np.searchsorted(np.sort(scores[true]), cuts) / true.sum()
    spared = np.searchsorted(np.sort(scores[false]), cuts) / false.sum()
    # Rounded, so that equal indices stay equal.
    return float(cuts[np.argmax(np.round(spared - missed, 12))])
