"""What is judged, in one form for all tasks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from medapp.errors import RunError
from medapp.evaluation.metrics import Floats, Mask
from medapp.task import Task
from medapp.task.task import Targets

# Probabilities (N, K) to decisions, in place of the task.
Decide = Callable[[Floats], Targets]


@dataclass(frozen=True)
class Case:
    """Predictions beside the truth.

    Attributes:
        scores: (N, K) probabilities.
        targets: (N,) or (N, K), as the task encodes them.
        true: (N, K) the class is known to be in the image.
        false: (N, K) the class is known not to be in the image.
        found: (N, K) the class was decided to be in the image.
        limits: (N, K) from which probability a class counts as found, where each is asked for.
        decisions: (N,) or (N, K), as the task decides.
        confusion: images by truth (rows) and prediction; empty where an image may have several
            labels.
    """

    scores: Floats
    targets: Floats
    true: Mask
    false: Mask
    found: Mask
    limits: Floats
    decisions: Targets
    confusion: tuple[tuple[int, ...], ...]

    @property
    def judged(self) -> Mask:
        """(N,) anything is known of the image."""
        is_known: Mask = np.any(self.true | self.false, axis=1)
        return is_known

    @property
    def right(self) -> Mask:
        """(N,) all that is known of the image was decided rightly."""
        is_wrong: Mask = np.any(self.true & ~self.found | self.false & self.found, axis=1)
        return ~is_wrong


def build_case(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    task: Task,
    thresholds: ArrayLike = 0.5,
    decide: Decide | None = None,
) -> Case:
    """See `medapp.evaluation.evaluate.evaluate` for arguments and errors."""
    scores = np.asarray(probabilities, dtype=float)
    targets = np.asarray(truth)
    k = len(classes)
    if scores.size == targets.size == 0:
        scores = np.empty((0, k))
        targets = np.empty((0, k) if targets.ndim == 2 else 0)
    are_shaped = targets.shape in (scores.shape[:1], scores.shape)
    if not classes or scores.ndim != 2 or scores.shape[1] != k or not are_shaped:
        shapes = f"{scores.shape}, {targets.shape} and {k} classes"
        raise ValueError(
            "probabilities must be (N, K) and truth (N,) or (N, K), with at least one class, not"
            f" {shapes}"
        )
    _refuse_broken(scores)
    limits = np.broadcast_to(np.asarray(thresholds, dtype=float), scores.shape)
    decisions = decide(scores) if decide else task.decide(scores, limits)
    if targets.ndim == 2:
        return Case(scores, targets, targets == 1, targets == 0, decisions, limits, decisions, ())
    truths = targets.astype(np.intp)
    if not np.isin(truths, np.arange(k)).all():
        span = f"{truths.min()} to {truths.max()}"
        raise ValueError(f"truth must hold indices into {k} classes, not {span}")
    true = truths[:, None] == np.arange(k)
    found = decisions[:, None] == np.arange(k)
    counts = np.bincount(truths * k + decisions, minlength=k**2).reshape(k, -1)
    confusion = tuple(tuple(row) for row in counts.tolist())
    return Case(scores, targets, true, ~true, found, limits, decisions, confusion)


def _refuse_broken(scores: Floats) -> None:
    broken = int((~np.isfinite(scores)).any(axis=1).sum())
    if broken:
        raise RunError(
            f"{broken} of {len(scores)} predictions are not finite numbers, so they cannot be"
            " judged: the model's weights are broken.",
            remedy="Train again with a lower learning rate, or choose another model.",
        )
