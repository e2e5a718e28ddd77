"""The figures of a model on judged images, as values and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import METRICS
from medapp.evaluation.positive import find_positive, note_positive
from medapp.notes import Note, read_note, sort_notes


@dataclass(frozen=True)
class ClassFigures:
    """One class against the rest.

    Attributes:
        n: images that are known to be of this class.
        others: images that are known not to be; None in older files.

    A figure is None where it is undefined.
    """

    n: int
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    f1: float | None
    auroc: float | None
    intervals: dict[str, Interval | None]
    others: int | None = None


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
        notes: what a reader must know.
        task: what was predicted of an image.
        split: the images that were judged: "test", "validation", or "all" of another data set.
        dataset: the name of the data set that the images are of.
        positive: the class that is the finding where there are two, each image being one of them;
            empty otherwise, and in older files.
        computed: what decides the figures' last digits, by name: the SHA-256 of the model's file,
            device, precision, threads, versions; empty where that was not noted.
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
    notes: tuple[Note, ...]
    task: str = "single-label"
    split: str = ""
    dataset: str = ""
    positive: str = ""
    computed: dict[str, str | int] = field(default_factory=dict)

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
        if not isinstance(self.computed, dict):
            raise TypeError(f"what computed the figures must be a table, not {self.computed!r}")
        if not isinstance(self.dataset, str):
            raise TypeError(f"the data set's name must be a text, not {self.dataset!r}")
        if self.positive and self.positive not in self.per_class:
            raise TypeError(f"the positive class must be one of the classes, not {self.positive!r}")

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
        known["notes"] = tuple(read_note(note) for note in known["notes"])
        if "positive" not in values and known["confusion"]:
            positive = find_positive(known["classes"])
            if positive is not None:
                known["positive"] = positive.name
                known["notes"] = sort_notes([*known["notes"], note_positive(positive)])
        return cls(**known)


def _to_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_lists(item) for key, item in value.items()}
    return [_to_lists(item) for item in value] if isinstance(value, tuple) else value


def _to_intervals(values: Mapping[str, Sequence[float] | None]) -> dict[str, Interval | None]:
    return {
        name: None if pair is None else (float(pair[0]), float(pair[1]))
        for name, pair in values.items()
    }
