"""Images in folds, so that each is judged by a fit that has seen nobody of its patient."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.task.task import Targets


def draw_folds(groups: Sequence[str], targets: Targets, count: int, seed: int) -> NDArray[np.int64]:
    """The fold (N,) of each image, 0 … count − 1 at most; all images of a group are in one.

    Classes are spread over the folds as evenly as the groups allow: the groups of most images come
    first, each goes where its classes are the rarest, as in scikit-learn's StratifiedGroupKFold.
    With fewer groups than folds, each group is a fold of its own.

    Args:
        groups: (N,) whose images these are: a patient, or the image itself.
        targets: (N,) class indices, or (N, K) with 1 where a finding is there.
    """
    names, members = np.unique(np.asarray(groups, str), return_inverse=True)
    count = min(count, len(names))
    present = _mark_classes(targets)
    tallies = np.zeros((len(names), present.shape[1]))
    np.add.at(tallies, members, present)
    sizes = np.bincount(members, minlength=len(names))
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    totals = np.maximum(tallies.sum(0), 1)
    filled = np.zeros((count, present.shape[1]))
    images = np.zeros(count)
    fold_of = np.zeros(len(names), np.int64)
    for group in order:
        # The share of its classes that each fold holds, and the fold's size where that is equal.
        held = (filled * tallies[group] / totals**2).sum(1)
        fold = np.lexsort((images, held.round(12)))[0]
        fold_of[group] = fold
        filled[fold] += tallies[group]
        images[fold] += sizes[group]
    return fold_of[members]


def _mark_classes(targets: Targets) -> NDArray[np.float64]:
    """1 where an image (N) shows a class (K), and one column for images without any."""
    if targets.ndim == 1:
        return np.eye(int(targets.max(initial=0)) + 1)[targets]
    shown = np.nan_to_num(targets).astype(float)
    return np.column_stack([shown, shown.sum(1) == 0])
