"""Probabilities and truth to metrics with intervals.

What it does not know: networks, files, which part was judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medapp.errors import RunError
from medapp.evaluation.intervals import Interval, find_percentiles, find_wilson
from medapp.evaluation.metrics import CLASS_METRICS, METRICS, Floats, Tables

FEW_UNITS = 20  # below this a percentile bootstrap is visibly too narrow

Mask = NDArray[np.bool_]
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
    """How good predictions are. Figures lie in 0 to 1; a figure is None where it is undefined, and
    `notes` say why.

    Attributes:
        n: images judged.
        accuracy: share of images whose most probable class is the truth.
        balanced_accuracy: mean sensitivity over the classes that occur in the truth.
        macro_sensitivity: the same by definition; both names are asked for.
        macro_f1: mean F1 over the classes that occur in the truth.
        macro_auroc: mean one-versus-rest area under the ROC curve over the same classes.
        intervals: metric → (low, high), 95% percentile bootstrap (Efron & Tibshirani 1993, chapter
            13).
        resampled: "patients" or "images": what the bootstrap drew. Images of one patient are alike,
            so intervals over images are too narrow where patients are known (cluster bootstrap,
            Field & Welsh 2007).
        units: how many patients or images there were to draw.
        confusion: images by truth (rows) and prediction (columns), in the order of `classes`.
        per_class: class → figures. The intervals of sensitivity, specificity and precision are
            Wilson's (1927) where images are resampled; else the bootstrap's, or Wilson's over
            patients where the share is exactly 0 or 1, or None where one patient gave it all.
        notes: what a reader must know, in whole sentences.
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

    @property
    def is_by_patient(self) -> bool:
        """The intervals are over patients."""
        return self.resampled == "patients"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; tuples become lists."""
        plain: dict[str, Any] = _to_lists(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evaluation":
        """The inverse of `to_dict`, also after a way through JSON; what else stands beside the
        figures is left out.
        """
        values = {f.name: values[f.name] for f in fields(cls)}
        per_class = {
            name: ClassFigures(**{**figures, "intervals": _to_intervals(figures["intervals"])})
            for name, figures in values["per_class"].items()
        }
        return cls(
            **{
                **values,
                "classes": tuple(values["classes"]),
                "intervals": _to_intervals(values["intervals"]),
                "confusion": tuple(tuple(row) for row in values["confusion"]),
                "per_class": per_class,
                "notes": tuple(values["notes"]),
            }
        )


def evaluate(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Evaluation:
    """Judge predictions.

    Args:
        probabilities: (N, K); the largest of a row is the prediction, the first of equals.
        truth: (N,) indices into `classes`.
        groups: the patient of each image, None where unknown; images without one are drawn one by
            one.
        resamples: bootstrap replicates.
        seed: of their drawing.

    Raises:
        RunError: a probability is not a finite number.
        ValueError: shapes do not fit, or a truth is no index into `classes`.
    """
    scores, truths = _check(probabilities, truth, classes)
    predictions = scores.argmax(axis=1)
    unit_of_image, resampled, notes = _find_units(groups, len(truths))
    units = len(np.unique(unit_of_image))
    tables = Tables.build(scores, truths, predictions)
    figures = {
        name: values[0] for name, values in tables.measure(np.ones((1, len(truths)))).items()
    }
    replicates = tables.resample(unit_of_image, resamples if units > 1 else 0, seed)
    per_class = {
        name: _judge_class(
            {metric: figures[metric][c] for metric in CLASS_METRICS},
            {metric: find_percentiles(replicates[metric][:, c]) for metric in CLASS_METRICS},
            truths == c,
            predictions == c,
            unit_of_image if resampled == "patients" else None,
        )
        for c, name in enumerate(classes)
    }
    numbers = {name: _to_number(figures[name]) for name in METRICS}
    confusion = np.bincount(truths * len(classes) + predictions, minlength=len(classes) ** 2)
    return Evaluation(
        n=len(truths),
        classes=tuple(classes),
        intervals={name: find_percentiles(replicates[name]) for name in METRICS},
        resampled=resampled,
        units=units,
        confusion=tuple(tuple(row) for row in confusion.reshape(len(classes), -1).tolist()),
        per_class=per_class,
        notes=(
            *notes,
            *_note_classes(per_class),
            *_note_units(len(truths), units, resampled, numbers["accuracy"]),
        ),
        **numbers,
    )


def _judge_class(
    figures: Mapping[str, float],
    bootstrap: Mapping[str, Interval | None],
    is_true: Mask,
    is_predicted: Mask,
    patients: Units | None,
) -> ClassFigures:
    """One class's figures.

    `is_true` and `is_predicted` are (N,), `patients` (N,) numbers or None.
    """
    n = int(is_true.sum())
    if n == 0:
        nothing = dict.fromkeys(CLASS_METRICS)
        return ClassFigures(n=0, intervals=dict(nothing), **nothing)
    intervals = dict(bootstrap)
    shares = {
        "sensitivity": (is_predicted, is_true),
        "specificity": (~is_predicted, ~is_true),
        "precision": (is_true, is_predicted),
    }
    for metric, (hits, trials) in shares.items():
        if patients is None:
            intervals[metric] = find_wilson(int((hits & trials).sum()), int(trials.sum()))
            continue
        m = len(np.unique(patients[trials]))
        if figures[metric] in (
            0.0,
            1.0,
        ):  # all resamples agree, yet a few patients do not make it certain
            intervals[metric] = find_wilson(round(figures[metric] * m), m)
        elif m == 1:
            intervals[metric] = None
    return ClassFigures(
        n=n, intervals=intervals, **{metric: _to_number(value) for metric, value in figures.items()}
    )


def _check(
    probabilities: ArrayLike, truth: ArrayLike, classes: Sequence[str]
) -> tuple[Floats, NDArray[np.intp]]:
    scores, truths = np.asarray(probabilities, dtype=float), np.asarray(truth)
    if scores.size == truths.size == 0:
        scores, truths = np.empty((0, len(classes))), np.empty(0)
    if not classes or truths.ndim != 1 or scores.shape != (len(truths), len(classes)):
        shapes = f"{scores.shape}, {truths.shape} and {len(classes)} classes"
        raise ValueError(
            f"probabilities must be (N, K) and truth (N,), with at least one class, not {shapes}"
        )
    truths = truths.astype(np.intp)
    if not np.isin(truths, np.arange(len(classes))).all():
        raise ValueError(
            f"truth must hold indices into {len(classes)} classes, not {truths.min()} to"
            f" {truths.max()}"
        )
    broken = int((~np.isfinite(scores)).any(axis=1).sum())
    if broken:
        raise RunError(
            f"{broken} of {len(truths)} predictions are not finite numbers, so they cannot be"
            " judged: the model's weights are broken. Train again with a lower learning rate, or"
            " choose another model."
        )
    return scores, truths


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
    numbers: dict[object, int] = {}
    units = [
        numbers.setdefault(i if group is None else group, len(numbers))
        for i, group in enumerate(groups)
    ]
    note = (
        f"The patient is unknown for {alone} of {n} images; each of them counts as a patient of its"
        " own."
    )
    return np.array(units, dtype=np.intp), "patients", [note] if alone else []


def _note_classes(per_class: Mapping[str, ClassFigures]) -> list[str]:
    absent = [name for name, figures in per_class.items() if figures.n == 0]
    if len(absent) == len(per_class):
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
    if len(per_class) - len(absent) == 1:
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
        verdict, bound = (
            ("right", f"above {low:.2f}") if accuracy else ("wrong", f"below {high:.2f}")
        )
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
