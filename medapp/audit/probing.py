"""A linear probe that says of each image what others like it are labelled, never having seen it.

Features are kept once, in single precision. A fold is a head, a scale and the numbers of the rows
that it learns from; its rows are standardised a part at a time.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from medapp.store.threads import OnProgress
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
# Beside other logits, penalties so strong that next to nothing is said beyond these.
STRONGER = (1e3, 1e2)
AT_ONCE = 1024  # images in double precision at a time

Floats = NDArray[np.float64]
Features = NDArray[np.float32]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Hear = Callable[[], None]


def predict_out_of_fold(
    features: Features,
    labels: Indices,
    groups: Indices,
    on_progress: OnProgress | None = None,
    starts: Floats | None = None,
) -> Floats | None:
    """Each image's probabilities (N, K) by a logistic regression that has not seen its group.

    Of the penalties that with the lowest loss on the images held out is taken: one number, chosen
    on all of them, whose flattery is far below the doubt in any figure made of them.

    Args:
        features: (N, F).
        labels: (N,) 0 … K - 1, each at least once.
        groups: (N,) equal for images that must not judge one another.
        on_progress: called many times a second, with how many penalties were tried.
        starts: see `predict_held_out`.

    Returns:
        None where there is one group alone, and nothing to hold out.
    """
    found = _search(features, labels, groups, np.arange(len(labels)), on_progress, starts)
    return None if found is None else np.asarray(found[1].softmax(1).numpy())


def predict_held_out(
    features: Features,
    labels: Indices,
    groups: Indices,
    is_taught: Mask,
    is_judged: Mask,
    on_progress: OnProgress | None = None,
    starts: Floats | None = None,
) -> Floats | None:
    """Probabilities (J, K) of the judged images by a fit to those that are taught.

    The penalty is chosen among the taught images alone, group by group.

    Args:
        starts: (N, K) logits that those of the fit are added to: the stronger the penalty, the less
            is said beyond them.

    Returns:
        None where the taught images are of one group alone.
    """
    taught = np.flatnonzero(is_taught)
    found = _search(features, labels, groups, taught, on_progress, starts)
    if found is None:
        return None
    penalty, _, hear = found
    fit = _Fit(features, labels, taught, hear, starts)
    fit.run(penalty, FINE)
    return np.asarray(fit.predict(np.flatnonzero(is_judged)).softmax(1).numpy())


def _search(
    features: Features,
    labels: Indices,
    groups: Indices,
    taught: Indices,
    on_progress: OnProgress | None,
    starts: Floats | None = None,
) -> tuple[float, Tensor, Hear] | None:
    """The penalty with the lowest loss on images held out, and their logits (T, K) with it.

    Every fold's fit goes from strong penalties to weak ones, each from where the last one ended.

    Args:
        taught: (T,) the rows to choose by, of the N.

    Returns:
        Also what tells `on_progress` that the work goes on.
    """
    folds = draw_folds([str(group) for group in groups[taught]], labels[taught], FOLDS, SEED)
    held = [folds == fold for fold in range(int(folds.max(initial=0)) + 1)]
    if len(held) < 2:
        return None
    losses: list[float] = []

    def hear() -> None:
        if on_progress is not None:
            on_progress(len(losses), len(penalties) + 1)

    penalties = PENALTIES if starts is None else (*STRONGER, *PENALTIES)
    fits = [_Fit(features, labels, taught[~out], hear, starts) for out in held]
    targets = torch.from_numpy(labels[taught])
    best = torch.zeros(0)
    for penalty in penalties:
        logits = torch.zeros(len(taught), fits[0].outputs, dtype=torch.float64)
        for fit, out in zip(fits, held, strict=True):
            fit.run(penalty, ROUGH)
            logits[torch.from_numpy(out)] = fit.predict(taught[out])
        losses.append(float(cross_entropy(logits, targets)))
        at = int(np.argmin(losses))
        if at == len(losses) - 1:
            best = logits
        elif len(losses) - 1 - at >= PATIENCE:
            break
    return penalties[int(np.argmin(losses))], best, hear


class _Fit:
    """A head over standardised features of the images that it learns from.

    Args:
        rows: the numbers of those images among the N.
        hear: called at each look at the loss; an error that it raises ends the fit.
        starts: (N, K) logits that the head's are added to.
    """

    def __init__(
        self,
        features: Features,
        labels: Indices,
        rows: Indices,
        hear: Hear,
        starts: Floats | None = None,
    ) -> None:
        self.outputs = int(labels.max()) + 1 if starts is None else starts.shape[1]
        self._starts = None if starts is None else torch.from_numpy(starts).double()
        self._features = features
        self._targets = torch.from_numpy(labels)
        self._rows = rows
        self._hear = hear
        self._scale = measure_scale(features, rows)
        # Beside other logits, a class's own level is a weight like the others, under the penalty.
        width = features.shape[1] + (starts is not None)
        self._head = build_blank_head(width, self.outputs)
        self._head.bias.requires_grad_(starts is None)

    def run(self, penalty: float, tolerance: float) -> None:
        """Fit the head from where it stands."""
        fit_head(self._head, self._compute_losses, penalty, tolerance)

    def predict(self, rows: Indices) -> Tensor:
        """Logits (n, K) in double precision."""
        with torch.no_grad():
            logits = [self._say(inputs, numbers) for inputs, numbers in self._load(rows)]
        return torch.cat(logits) if logits else torch.zeros(0, self.outputs, dtype=torch.float64)

    def _compute_losses(self) -> Iterator[Tensor]:
        self._hear()
        for inputs, numbers in self._load(self._rows):
            targets = self._targets[torch.from_numpy(numbers)]
            yield cross_entropy(self._say(inputs, numbers), targets, reduction="sum") / len(
                self._rows
            )

    def _say(self, inputs: Tensor, numbers: Indices) -> Tensor:
        """Logits (n, K) of standardised features."""
        if self._starts is None:
            plain: Tensor = self._head(inputs)
            return plain
        moved: Tensor = self._head(torch.nn.functional.pad(inputs, (0, 1), value=1.0))
        return moved + self._starts[numbers]

    def _load(self, rows: Indices) -> Iterator[tuple[Tensor, Indices]]:
        """Standardised features (n, F) in double precision, and whose they are, part by part."""
        mean, spread = self._scale
        for start in range(0, len(rows), AT_ONCE):
            numbers = rows[start : start + AT_ONCE]
            yield ((torch.from_numpy(self._features[numbers]) - mean) / spread).double(), numbers
