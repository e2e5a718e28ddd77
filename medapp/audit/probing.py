"""A linear probe that says of each image what others like it are labelled, never having seen it."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from medapp.training.features import measure_scale
from medapp.training.folds import draw_folds
from medapp.training.logistic import (
    FINE,
    PATIENCE,
    PENALTIES,
    ROUGH,
    build_blank_head,
    fit_head,
)

FOLDS = 5
SEED = 0

Floats = NDArray[np.float64]
Features = NDArray[np.float32]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


def predict_out_of_fold(features: Features, labels: Indices, groups: Indices) -> Floats | None:
    """Each image's probabilities (N, K) by a logistic regression that has not seen its group.

    Of the penalties that with the lowest loss on the images held out is taken: one number, chosen
    on all of them, whose flattery is far below the doubt in any figure made of them.

    Args:
        features: (N, F).
        labels: (N,) 0 … K - 1, each at least once.
        groups: (N,) equal for images that must not judge one another.

    Returns:
        None where there is one group alone, and nothing to hold out.
    """
    found = _search(features, labels, groups, int(labels.max()) + 1)
    return None if found is None else np.asarray(found[1].softmax(1).numpy())


def predict_held_out(
    features: Features, labels: Indices, groups: Indices, is_taught: Mask, is_judged: Mask
) -> Floats | None:
    """Probabilities (J, K) of the judged images by a fit to those that are taught.

    The penalty is chosen among the taught images alone, group by group.

    Returns:
        None where the taught images are of one group alone.
    """
    outputs = int(labels.max()) + 1
    found = _search(features[is_taught], labels[is_taught], groups[is_taught], outputs)
    if found is None:
        return None
    fit = _Fit(features[is_taught], labels[is_taught], outputs)
    fit.run(found[0], FINE)
    return np.asarray(fit.predict(features[is_judged]).softmax(1).numpy())


def _search(
    features: Features, labels: Indices, groups: Indices, outputs: int
) -> tuple[float, Tensor] | None:
    """The penalty with the lowest loss on images held out, and their logits (N, K) with it.

    Every fold's fit goes from strong penalties to weak ones, each from where the last one ended.
    """
    folds = draw_folds([str(group) for group in groups], labels, FOLDS, SEED)
    held = [folds == fold for fold in range(int(folds.max(initial=0)) + 1)]
    if len(held) < 2:
        return None
    fits = [_Fit(features[~out], labels[~out], outputs) for out in held]
    targets = torch.from_numpy(labels)
    losses: list[float] = []
    best = torch.zeros(0)
    for penalty in PENALTIES:
        logits = torch.zeros(len(labels), outputs, dtype=torch.float64)
        for fit, out in zip(fits, held, strict=True):
            fit.run(penalty, ROUGH)
            logits[torch.from_numpy(out)] = fit.predict(features[out])
        losses.append(float(cross_entropy(logits, targets)))
        at = int(np.argmin(losses))
        if at == len(losses) - 1:
            best = logits
        elif len(losses) - 1 - at >= PATIENCE:
            break
    return PENALTIES[int(np.argmin(losses))], best


class _Fit:
    """A head over standardised features of the images that it learns from."""

    def __init__(self, features: Features, labels: Indices, outputs: int) -> None:
        self._scale = measure_scale(features)
        self._inputs = self._standardise(features)
        self._targets = torch.from_numpy(labels)
        self._head = build_blank_head(features.shape[1], outputs)

    def run(self, penalty: float, tolerance: float) -> None:
        """Fit the head from where it stands."""
        fit_head(
            self._head,
            lambda: cross_entropy(self._head(self._inputs), self._targets),
            penalty,
            tolerance,
        )

    def predict(self, features: Features) -> Tensor:
        """Logits (n, K) in double precision."""
        with torch.no_grad():
            logits: Tensor = self._head(self._standardise(features))
        return logits

    def _standardise(self, features: Features) -> Tensor:
        mean, spread = self._scale
        return ((torch.from_numpy(features) - mean) / spread).double()
