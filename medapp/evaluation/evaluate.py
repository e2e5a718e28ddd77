"""Probabilities and truth to metrics with intervals.

What this module does not know: networks, files, which split was judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medapp.errors import RunError
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
from medapp.task import Task, find_task

FEW_UNITS = 20  # with fewer, intervals of a percentile bootstrap are visibly too narrow

Units = NDArray[np.intp]


@dataclass(frozen=True)
class ClassFigures:
    """One class against the rest; `n` images are of this class.

    A figure is None where it is undefined.
    """

    n: int
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    f1: float | None
    auroc: float | None
    intervals: dict[str, Interval | None]


@dataclass(frozen=True)
class Evaluation:
    """How good predictions are.

    Figures lie in 0 to 1; a figure is None where it is undefined, and `notes` say why.

    Attributes:
        n: images judged.
        accuracy: share of images that are decided as the truth says.
        balanced_accuracy: mean sensitivity over the classes that occur in the truth.
        macro_sensitivity: equal to `balanced_accuracy` by definition for one label an image.
        macro_f1: mean F1 over the classes that occur in the truth.
        macro_auroc: mean one-versus-rest area under the ROC curve, over the classes that occur in
            the truth.
        intervals: metric → (low, high), 95% percentile bootstrap (Efron & Tibshirani 1993, chapter
            13).
        resampled: "patients" or "images": what the bootstrap drew. Images of one patient are alike,
            so intervals over images are too narrow where patients are known (cluster bootstrap,
            Field & Welsh 2007).
        units: how many patients or images there were to draw.
        confusion: images by truth (rows) and prediction (columns), in the order of `classes`;
            empty where an image may have several labels.
        per_class: class → figures. The intervals of sensitivity, specificity and precision are
            Wilson's (1927) where images are resampled; else the bootstrap's, or Wilson's over
            patients where the share is exactly 0 or 1, or None where all images are of one patient.
        notes: what a reader must know, in whole sentences.
        task: what was predicted of an image.
        split: the images that were judged: "test", "validation", or "all" of another data set.
        dataset: the name of the data set that the images are of.
    """

    n: int
    classes: tuple[str, ...]
    accuracy: float | None
    balanced_accuracy: float | None
    macro_sensitivity: float | None
    macro_f1: float | None
    macro_auroc: float | None
    intervals: dict[str, Interval | None]
    resampled: str
    units: int
    confusion: tuple[tuple[int, ...], ...]
    per_class: dict[str, ClassFigures]
    notes: tuple[str, ...]
    task: str = "single-label"
    split: str = ""
    dataset: str = ""

    @property
    def is_by_patient(self) -> bool:
        """Whether the intervals are over patients."""
        return self.resampled == "patients"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; tuples become lists."""
        plain: dict[str, Any] = _to_lists(asdict(self))
        return plain

    def check(self) -> None:
        """Raise TypeError where a figure is no number, as in a damaged file.

        Call this on an evaluation that comes from a file.
        """
        ends = [end for name in METRICS for end in self.intervals[name] or ()]
        figures = [getattr(self, name) for name in METRICS]
        for number in [self.n, *ends, *(figure for figure in figures if figure is not None)]:
            if not isinstance(number, int | float):
                raise TypeError(f"a figure must be a number, not {number!r}")
        if not isinstance(self.dataset, str):
            raise TypeError(f"the data set's name must be a text, not {self.dataset!r}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evaluation":
        """The inverse of `to_dict`, also after a way through JSON; unknown values are left out.

        Raises:
            KeyError, TypeError, ValueError: a value is missing or of another type.
        """
        # Older files lack the fields that have a default.
        has_default = {f.name for f in fields(cls) if f.default is not MISSING}
        wanted = [f.name for f in fields(cls) if f.name in values or f.name not in has_default]
        known = {name: values[name] for name in wanted}
        known["classes"] = tuple(known["classes"])
        known["intervals"] = _to_intervals(known["intervals"])
        known["confusion"] = tuple(tuple(row) for row in known["confusion"])
        known["per_class"] = {
            name: ClassFigures(**{**figures, "intervals": _to_intervals(figures["intervals"])})
            for name, figures in known["per_class"].items()
        }
        known["notes"] = tuple(known["notes"])
        return cls(**known)


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
    unit_of_image, resampled, notes = _find_units(groups, n)
    units = len(np.unique(unit_of_image))
    whole = case.tables.measure(np.ones((1, n)))
    figures = {name: values[0] for name, values in whole.items()}
    replicates = resample(case.tables, unit_of_image, resamples if units > 1 else 0, seed)
    patients = unit_of_image if resampled == "patients" else None
    per_class = _judge_classes(case, classes, figures, replicates, patients)
    numbers: dict[str, Any] = {name: _to_number(figures[name]) for name in METRICS}
    notes += _note_classes(n, per_class)
    notes += _note_units(n, units, resampled, numbers["accuracy"])
    return Evaluation(
        n=n,
        classes=tuple(classes),
        **numbers,
        intervals={name: find_percentiles(replicates[name]) for name in METRICS},
        resampled=resampled,
        units=units,
        confusion=case.confusion,
        per_class=per_class,
        notes=tuple(notes),
        task=task.name,
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
        return ClassFigures(n=0, intervals=dict(nothing), **nothing)
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
    return ClassFigures(n=n, intervals=intervals, **numbers)


def _refuse_broken(scores: Floats) -> None:
    broken = int((~np.isfinite(scores)).any(axis=1).sum())
    if broken:
        raise RunError(
            f"{broken} of {len(scores)} predictions are not finite numbers, so they cannot be"
            " judged: the model's weights are broken.",
            remedy="Train again with a lower learning rate, or choose another model.",
        )


def _find_units(groups: Sequence[str | None] | None, n: int) -> tuple[Units, str, list[str]]:
    """The unit that each image (N,) is drawn with, what units are, and what to note."""
    if groups is not None and len(groups) != n:
        raise ValueError(
            f"groups must name a patient, or None, for each of the {n} images, not for"
            f" {len(groups)}"
        )
    alone = sum(group is None for group in groups) if groups is not None else n
    if groups is None or alone == n:
        return np.arange(n), "images", []
    # An image without a patient is known by its index, which is no patient's name.
    names = [i if group is None else group for i, group in enumerate(groups)]
    numbers: dict[object, int] = {}
    units = [numbers.setdefault(name, len(numbers)) for name in names]
    notes = []
    if alone:
        notes.append(
            f"The patient is unknown for {alone} of {n} images; each of them counts as a patient of"
            " its own."
        )
    return np.array(units, dtype=np.intp), "patients", notes


def _note_classes(n: int, per_class: Mapping[str, ClassFigures]) -> list[str]:
    absent = [name for name, figures in per_class.items() if figures.n == 0]
    if n == 0:
        return ["There is no image to judge, so no figure is defined."]
    notes = []
    if absent:
        notes.append(
            f"No image of {', '.join(absent)} was judged: the figures of such a class are"
            " undefined, and the macro figures leave it out."
        )
    alone = [
        name
        for name, figures in per_class.items()
        if figures.n and figures.intervals["sensitivity"] is None
    ]
    if alone:
        notes.append(
            f"All images of {', '.join(alone)} are of a single patient, so its sensitivity has no"
            " interval."
        )
    present = [figures for figures in per_class.values() if figures.n]
    if len(present) == 1 and present[0].auroc is None:
        notes.append(
            "All judged images are of one class: AUROC is undefined, and the accuracy says nothing"
            " about other classes."
        )
    return notes


def _note_units(n: int, units: int, resampled: str, accuracy: float | None) -> list[str]:
    notes = []
    if units == 1:
        notes.append(
            f"There is only one {resampled[:-1]}, so no interval over {resampled} can be given."
        )
    elif accuracy in (0.0, 1.0):
        low, high = find_wilson(round(accuracy * units), units) or (0.0, 1.0)
        verdict = "right" if accuracy else "wrong"
        bound = f"above {low:.2f}" if accuracy else f"below {high:.2f}"
        notes.append(
            f"Every prediction is {verdict}, so resampling shows no spread. With {units}"
            f" {resampled}, all that is known is an accuracy {bound} (Wilson, 95%)."
        )
    if 1 < units < FEW_UNITS:
        notes.append(
            f"There are only {units} {resampled}: the intervals are rough and tend to be too"
            " narrow."
        )
    return notes


def _to_number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _to_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_lists(item) for key, item in value.items()}
    return [_to_lists(item) for item in value] if isinstance(value, tuple) else value


def _to_intervals(values: Mapping[str, Sequence[float] | None]) -> dict[str, Interval | None]:
    return {
        name: None if pair is None else (float(pair[0]), float(pair[1]))
        for name, pair in values.items()
    }
