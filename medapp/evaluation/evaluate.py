"""Probabilities and truth to metrics with intervals.

What this module does not know: networks, files, which split was judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medapp.errors import RunError
from medapp.evaluation.evaluation import ClassFigures, Evaluation
from medapp.evaluation.intervals import Interval, find_percentiles, find_wilson
from medapp.evaluation.metrics import (
    CLASS_METRICS,
    METRICS,
    FindingTables,
    Floats,
    LabelTables,
    Mask,
    Tables,
    resample,
)
from medapp.evaluation.notes import note_classes, note_patients, note_units
from medapp.evaluation.positive import find_positive, note_positive
from medapp.notes import sort_notes
from medapp.task import Task, find_task

Units = NDArray[np.intp]


def evaluate(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    resamples: int = 2000,
    seed: int = 0,
    task: Task | None = None,
) -> Evaluation:
    """Judge predictions.

    Args:
        probabilities: (N, K), a column a class.
        truth: targets of the task: (N,) indices into `classes`, or (N, K) with 1, 0 and NaN for
            what is not known.
        groups: (N,) the patient of each image, None where unknown; images without a patient are
            drawn one by one. Without groups, all images are.
        resamples: bootstrap replicates.
        seed: of their drawing.
        task: decides from probabilities; one label an image where none is given.

    Raises:
        RunError: a probability is not a finite number.
        ValueError: shapes do not fit, or a truth is no index into `classes`.
    """
    task = task or find_task("single-label")
    case = _build_case(probabilities, truth, classes, task)
    n = len(case.scores)
    unit_of_image, resampled, alone = _find_units(groups, n)
    units = len(np.unique(unit_of_image))
    whole = case.tables.measure(np.ones((1, n)))
    figures = {name: values[0] for name, values in whole.items()}
    replicates = resample(case.tables, unit_of_image, resamples if units > 1 else 0, seed)
    patients = unit_of_image if resampled == "patients" else None
    per_class = _judge_classes(case, classes, figures, replicates, patients)
    numbers: dict[str, Any] = {name: _to_number(figures[name]) for name in METRICS}
    positive = find_positive(classes) if case.confusion else None
    notes = [
        *note_patients(n, alone, resampled),
        *note_classes(n, per_class),
        *note_units(units, resampled, numbers["accuracy"]),
        *([note_positive(positive)] if positive and n else []),
    ]
    return Evaluation(
        n=n,
        classes=tuple(classes),
        **numbers,
        intervals={name: find_percentiles(replicates[name]) for name in METRICS},
        resampled=resampled,
        units=units,
        confusion=case.confusion,
        per_class=per_class,
        notes=sort_notes(notes),
        task=task.name,
        positive=positive.name if positive else "",
    )


@dataclass(frozen=True)
class _Case:
    """What is judged, in one form for all tasks.

    Attributes:
        scores: (N, K) probabilities.
        is_true: (N, K) the class is known to be in the image.
        is_false: (N, K) the class is known not to be in the image.
        is_found: (N, K) the class was decided to be in the image.
    """

    scores: Floats
    is_true: Mask
    is_false: Mask
    is_found: Mask
    tables: Tables
    confusion: tuple[tuple[int, ...], ...]


def _build_case(
    probabilities: ArrayLike, truth: ArrayLike, classes: Sequence[str], task: Task
) -> _Case:
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
    decisions = task.decide(scores)
    if targets.ndim == 2:
        tables = FindingTables.build(scores, targets, decisions)
        return _Case(scores, targets == 1, targets == 0, decisions, tables, ())
    truths = targets.astype(np.intp)
    if not np.isin(truths, np.arange(k)).all():
        span = f"{truths.min()} to {truths.max()}"
        raise ValueError(f"truth must hold indices into {k} classes, not {span}")
    is_true = truths[:, None] == np.arange(k)
    is_found = decisions[:, None] == np.arange(k)
    counts = np.bincount(truths * k + decisions, minlength=k**2).reshape(k, -1)
    confusion = tuple(tuple(row) for row in counts.tolist())
    tables_of_labels = LabelTables.build(scores, truths, decisions)
    return _Case(scores, is_true, ~is_true, is_found, tables_of_labels, confusion)


def _judge_classes(
    case: _Case,
    classes: Sequence[str],
    figures: Mapping[str, Floats],
    replicates: Mapping[str, Floats],
    patients: Units | None,
) -> dict[str, ClassFigures]:
    """Each class's figures, from those of all classes (K,) and their replicates (R, K)."""
    return {
        name: _judge_class(
            {metric: figures[metric][c] for metric in CLASS_METRICS},
            {metric: find_percentiles(replicates[metric][:, c]) for metric in CLASS_METRICS},
            case.is_true[:, c],
            case.is_false[:, c],
            case.is_found[:, c],
            patients,
        )
        for c, name in enumerate(classes)
    }


def _judge_class(
    figures: Mapping[str, float],
    bootstrap: Mapping[str, Interval | None],
    is_true: Mask,
    is_false: Mask,
    is_found: Mask,
    patients: Units | None,
) -> ClassFigures:
    """One class's figures; the masks are (N,), `patients` (N,) numbers or None."""
    n = int(is_true.sum())
    if n == 0:
        nothing = dict.fromkeys(CLASS_METRICS)
        others = int(is_false.sum())
        return ClassFigures(n=0, intervals=dict(nothing), others=others, **nothing)
    intervals = dict(bootstrap)
    shares = {
        "sensitivity": (is_found, is_true),
        "specificity": (~is_found, is_false),
        "precision": (is_true, is_found & (is_true | is_false)),
    }
    for metric, (hits, trials) in shares.items():
        if patients is None:
            intervals[metric] = find_wilson(int((hits & trials).sum()), int(trials.sum()))
            continue
        m = len(np.unique(patients[trials]))
        # Where all resamples agree, a few patients still do not make the share certain.
        if figures[metric] in (0.0, 1.0):
            intervals[metric] = find_wilson(round(figures[metric] * m), m)
        elif m == 1:
            intervals[metric] = None
    numbers = {metric: _to_number(value) for metric, value in figures.items()}
    return ClassFigures(n=n, intervals=intervals, others=int(is_false.sum()), **numbers)


def _refuse_broken(scores: Floats) -> None:
    broken = int((~np.isfinite(scores)).any(axis=1).sum())
    if broken:
        raise RunError(
            f"{broken} of {len(scores)} predictions are not finite numbers, so they cannot be"
            " judged: the model's weights are broken.",
            remedy="Train again with a lower learning rate, or choose another model.",
        )


def _find_units(groups: Sequence[str | None] | None, n: int) -> tuple[Units, str, int]:
    """The unit that each image (N,) is drawn with, what units are, how many have no patient."""
    if groups is not None and len(groups) != n:
        raise ValueError(
            f"groups must name a patient, or None, for each of the {n} images, not for"
            f" {len(groups)}"
        )
    alone = sum(group is None for group in groups) if groups is not None else n
    if groups is None or alone == n:
        return np.arange(n), "images", n
    # An image without a patient is known by its index, which is no patient's name.
    names = [i if group is None else group for i, group in enumerate(groups)]
    numbers: dict[object, int] = {}
    units = [numbers.setdefault(name, len(numbers)) for name in names]
    return np.array(units, dtype=np.intp), "patients", alone


def _to_number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
