"""Sets of classes that hold the true one as often as promised, class by class.

Split conformal prediction (Vovk et al. 2005) with the probability of the true class as score, and a
limit for each class by itself: over all classes at once the promise can be kept by the common ones
alone. Images of one patient are alike, so what is exchangeable is a patient: each counts once
(Lee, Barber & Willett 2023, arXiv 2306.06342, hierarchical conformal prediction). Where each
patient has one image, this is ordinary class-conditional conformal prediction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medapp.evaluation.patients import number_units
from medapp.task import Task

Floats = NDArray[np.float64]
KEY = "conformal"  # in the metadata of a model's file
LEVELS = (0.9, 0.95)
PRESENT = "present"
ABSENT = "absent"


@dataclass(frozen=True)
class Conformal:
    """From which probability each class belongs to the set, a table a level.

    Attributes:
        classes: that sets are made of; of several findings each has two, present and absent.
        limits: level → (C,); None where a class has too few patients for the promise, and then
            the level is not promised at all.
        patients: (C,) how many patients, or images where those are unknown, each limit is from.
        has_several: each class is asked for by itself.
    """

    classes: tuple[str, ...]
    limits: dict[float, tuple[float, ...] | None]
    patients: tuple[int, ...]
    has_several: bool = False

    @property
    def levels(self) -> tuple[float, ...]:
        """The levels that are promised, the lowest first."""
        return tuple(level for level, limits in sorted(self.limits.items()) if limits is not None)

    def find_sets(self, probabilities: ArrayLike, level: float) -> NDArray[np.bool_]:
        """Which answers belong to the set of each image.

        Args:
            probabilities: (N, K), a column a class.

        Returns:
            (N, K), or (N, 2 K) where each finding has two answers: all present, then all absent.

        Raises:
            KeyError: the level is not promised.
        """
        limits = self.limits[level]
        if limits is None:
            raise KeyError(level)
        scores = list_scores(probabilities, self.has_several)
        found: NDArray[np.bool_] = scores >= np.array(limits)
        return found

    def describe(self, probabilities: Sequence[float], level: float) -> tuple[str, ...]:
        """The answers that one image's set holds; of findings as "effusion present"."""
        row = self.find_sets(np.array(probabilities)[None], level)[0]
        if not self.has_several:
            return tuple(name for name, is_in in zip(self.classes, row, strict=True) if is_in)
        count = len(self.classes)
        said = [f"{name} {PRESENT}" for name in self.classes]
        said += [f"{name} {ABSENT}" for name in self.classes]
        order = [i for c in range(count) for i in (c, count + c)]
        return tuple(said[i] for i in order if row[i])

    def to_metadata(self) -> dict[str, str]:
        """As a model's file says it."""
        values = {
            "classes": self.classes,
            "limits": {str(level): limits for level, limits in self.limits.items()},
            "patients": self.patients,
            "has_several": self.has_several,
        }
        return {KEY: json.dumps(values, ensure_ascii=False)}


def read_conformal(metadata: Mapping[str, str]) -> Conformal | None:
    """The inverse of `Conformal.to_metadata`; None where a file says nothing."""
    try:
        values = json.loads(metadata[KEY])
        limits = {
            float(level): None if row is None else tuple(map(float, row))
            for level, row in values["limits"].items()
        }
        return Conformal(
            tuple(values["classes"]),
            limits,
            tuple(map(int, values["patients"])),
            bool(values["has_several"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def fit_conformal(
    probabilities: ArrayLike,
    targets: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None],
    task: Task,
    levels: Sequence[float] = LEVELS,
) -> Conformal:
    """Limits from images that the model did not learn from.

    A new patient's image holds its class in its set with at least the probability of the level, for
    each class, where patients are exchangeable with these. For that a class needs at least
    1 / (1 - level) - 1 patients: 9 at 90%, 19 at 95%.

    Args:
        probabilities: (N, K).
        targets: (N,) indices, or (N, K) with 1, 0 and NaN where each class is asked for by itself.
        groups: (N,) the patient of each image, None where unknown.
    """
    scores = list_scores(probabilities, task.has_several)
    wanted = np.asarray(targets)
    if task.has_several:
        holds = np.concatenate([wanted == 1, wanted == 0], axis=1)
    else:
        holds = wanted[:, None] == np.arange(scores.shape[1])
    units, _, _ = number_units(groups, len(scores))
    columns = range(scores.shape[1])
    patients = tuple(len(np.unique(units[holds[:, c]])) for c in columns)
    limits: dict[float, tuple[float, ...] | None] = {}
    for level in levels:
        row = [find_limit(scores[holds[:, c], c], units[holds[:, c]], level) for c in columns]
        limits[level] = None if None in row else tuple(limit for limit in row if limit is not None)
    return Conformal(tuple(classes), limits, patients, task.has_several)


def find_limit(scores: Floats, units: NDArray[np.intp], level: float) -> float | None:
    """The probability that true answers of a class reach with the level; None of too few patients.

    Of P patients each weighs 1 / (P + 1), shared by that patient's images; the new one weighs as
    much and may lie anywhere.

    Args:
        scores: (N,) probabilities of the true answer.
        units: (N,) the number of each image's patient.
    """
    _, whose, counts = np.unique(units, return_inverse=True, return_counts=True)
    weights = 1 / (counts[whose] * (len(counts) + 1))
    falling = np.argsort(-scores, kind="stable")
    # Rounded, so that weights which add up to the level reach it.
    held = np.round(np.cumsum(weights[falling]), 12)
    enough = np.flatnonzero(held >= level)
    return float(scores[falling[enough[0]]]) if len(enough) else None


def list_scores(probabilities: ArrayLike, has_several: bool) -> Floats:
    """Probabilities of each answer: of classes, or of findings there and then not there."""
    rows = np.asarray(probabilities, dtype=float)
    return np.concatenate([rows, 1 - rows], axis=1) if has_several else rows
