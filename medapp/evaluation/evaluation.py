"""The figures of a model on judged images, as values and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from typing import Any

from medapp.evaluation.intervals import IMAGES_METHOD, METHOD, OLDER_METHOD, Interval
from medapp.evaluation.metrics import METRICS, SPECIAL_METRICS
from medapp.evaluation.positive import POSITIVE_CLASS, find_positive, note_positive
from medapp.notes import Note, read_note, sort_notes

OLDER_NOTE = Note(
    "older-intervals",
    "The intervals were made by an older version of MedApp (percentile bootstrap). With few"
    " patients or few errors they are too narrow, mostly on the flattering side.",
    remedy="Evaluate the run again: its kept predictions suffice, no test image is read.",
)


@dataclass(frozen=True)
class ClassFigures:
    """One class against the rest.

    Attributes:
        n: images that are known to be of this class.
        others: images that are known not to be; None in older files.
        average_precision: None in older files where each image has one label.
        threshold, hits, false_alarms: of a finding, one of several that an image may show: from
            which probability it counts as there, and of how many images with it, and without it,
            it was said to be there. None where each image has one label.

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
    average_precision: float | None = None
    threshold: float | None = None
    hits: int | None = None
    false_alarms: int | None = None


@dataclass(frozen=True)
class Evaluation:
    """How good predictions are.

    Figures lie in 0 to 1 where nothing else is said; a figure is None where it is undefined, and
    `notes` say why.

    Attributes:
        n: images judged.
        accuracy: share of images that are decided as the truth says.
        balanced_accuracy: mean sensitivity over the classes that occur in the truth.
        macro_sensitivity: mean sensitivity over the classes that occur in the truth; the balanced
            accuracy again where an image has one label.
        macro_f1: mean F1 over the classes that occur in the truth.
        macro_auroc: mean one-versus-rest area under the ROC curve, over the classes that occur in
            the truth.
        intervals: metric → (low, high), 95%; see `medapp.evaluation.estimates`.
        counted: "patients" or "images": what counts as independent. Images of one patient are
            alike, so intervals over images are too narrow where patients are not known.
        units: how many patients or images there are.
        confusion: images by truth (rows) and prediction (columns), in the order of `classes`;
            empty where an image may have several labels.
        per_class: class → figures.
        notes: what a reader must know.
        task: what was predicted of an image.
        split: the images that were judged: "test", "validation", or "all" of another data set.
        dataset: the name of the data set that the images are of.
        positive: the class that is the finding where there are two, each image being one of them;
            empty otherwise.
        computed: what decides the figures' last digits, by name: the SHA-256 of the model's file,
            device, precision, threads, versions; empty where that was not noted.
        method: how the intervals were made.
        per_patient: figures of patients by the mean of their images' probabilities; None where
            patients are not known or have one image each, and in older files.
        macro_average_precision: mean over the findings that were judged, where an image may have
            several.
        quadratic_kappa: agreement of grades, -1 to 1, see `medapp.evaluation.agreement`.
        mean_absolute_error: in grades, from 0.
        within_one_grade: share of images that are decided as their grade or one beside it; None in
            older files.
        looks: how often these test images had been read, this time included, by the runs that were
            kept; 0 where nobody counts, and in older files.
    """

    n: int
    classes: tuple[str, ...]
    accuracy: float | None
    balanced_accuracy: float | None
    macro_sensitivity: float | None
    macro_f1: float | None
    macro_auroc: float | None
    intervals: dict[str, Interval | None]
    counted: str
    units: int
    confusion: tuple[tuple[int, ...], ...]
    per_class: dict[str, ClassFigures]
    notes: tuple[Note, ...]
    task: str = "single-label"
    split: str = ""
    dataset: str = ""
    positive: str = ""
    computed: dict[str, str | int] = field(default_factory=dict)
    method: str = OLDER_METHOD
    per_patient: "Evaluation | None" = None
    looks: int = 0
    macro_average_precision: float | None = None
    quadratic_kappa: float | None = None
    mean_absolute_error: float | None = None
    within_one_grade: float | None = None

    @property
    def interval_method(self) -> str:
        """How the intervals were made, in words: by patient only where patients are known."""
        if self.method == METHOD and not self.is_by_patient:
            return IMAGES_METHOD
        return self.method

    @property
    def thresholds(self) -> tuple[float, ...]:
        """From which probability each class counts as found; empty where none has a threshold."""
        found = [figures.threshold for figures in self.per_class.values()]
        return tuple(limit for limit in found if limit is not None)

    @property
    def is_by_patient(self) -> bool:
        """Whether the intervals are over patients."""
        return self.counted == "patients"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; tuples become lists."""
        plain: dict[str, Any] = _to_lists(asdict(self))
        return {**plain, "notes": [note.to_dict() for note in self.notes]}

    def check(self) -> None:
        """Raise TypeError where a figure is no number, as in a damaged file.

        Call this on an evaluation that comes from a file.
        """
        ends = [end for name in METRICS for end in self.intervals[name] or ()]
        ends += [end for name in SPECIAL_METRICS for end in self.intervals.get(name) or ()]
        figures = [getattr(self, name) for name in (*METRICS, *SPECIAL_METRICS)]
        for number in [self.n, *ends, *(figure for figure in figures if figure is not None)]:
            if not isinstance(number, int | float):
                raise TypeError(f"a figure must be a number, not {number!r}")
        if not isinstance(self.computed, dict):
            raise TypeError(f"what computed the figures must be a table, not {self.computed!r}")
        if not isinstance(self.dataset, str):
            raise TypeError(f"the data set's name must be a text, not {self.dataset!r}")
        if self.per_patient is not None:
            self.per_patient.check()
        if self.positive and self.positive not in self.per_class:
            raise TypeError(f"the positive class must be one of the classes, not {self.positive!r}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evaluation":
        """The inverse of `to_dict`, also after a way through JSON; unknown values are left out.

        Raises:
            KeyError, TypeError, ValueError: a value is missing or of another type.
        """
        # Older files lack the fields that have a default.
        needed = {
            f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING
        }
        wanted = [f.name for f in fields(cls) if f.name in values or f.name in needed]
        known = {name: values[name] for name in wanted if name != "counted"}
        known["counted"] = values["counted"] if "counted" in values else values["resampled"]
        known["classes"] = tuple(known["classes"])
        known["intervals"] = _to_intervals(known["intervals"])
        known["confusion"] = tuple(tuple(row) for row in known["confusion"])
        known["per_class"] = {
            name: ClassFigures(**{**figures, "intervals": _to_intervals(figures["intervals"])})
            for name, figures in known["per_class"].items()
        }
        known["notes"] = tuple(read_note(note) for note in known["notes"])
        if known.get("per_patient") is not None:
            known["per_patient"] = cls.from_dict(known["per_patient"])
        return _complete(cls(**known))


def _complete(evaluation: Evaluation) -> Evaluation:
    """What an older file lacks: the class that is the finding, and a note on its intervals.

    The figures of all classes stand in the file, so that a finding that was told otherwise needs
    its name alone.
    """
    is_older = evaluation.method == OLDER_METHOD
    is_asked = bool(evaluation.confusion) and (
        is_older or evaluation.positive in evaluation.per_class
    )
    positive = find_positive(evaluation.classes) if is_asked else None
    if not is_older and (positive is None or positive.name == evaluation.positive):
        return evaluation
    notes = [note for note in evaluation.notes if note.code != POSITIVE_CLASS]
    if is_older:
        notes.append(OLDER_NOTE)
    if positive is not None:
        notes.append(note_positive(positive))
    name = positive.name if positive else ""
    return replace(evaluation, notes=sort_notes(notes), positive=name)


def _to_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_lists(item) for key, item in value.items()}
    return [_to_lists(item) for item in value] if isinstance(value, tuple) else value


def _to_intervals(values: Mapping[str, Sequence[float] | None]) -> dict[str, Interval | None]:
    return {
        name: None if pair is None else (float(pair[0]), float(pair[1]))
        for name, pair in values.items()
    }
