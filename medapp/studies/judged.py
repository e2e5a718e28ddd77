"""What several runs said of the same test images, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.errors import RunError
from medapp.evaluation.case import Case, build_case
from medapp.evaluation.estimates import Estimate, Units
from medapp.evaluation.evaluate import estimate_figures, evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.patients import number_units
from medapp.runs.results import Evidence, list_evidence, load_predictions
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.task.thresholds import THRESHOLD

# Which image: its content, and how many of the same content stand before it.
Key = tuple[str, int]


@dataclass(frozen=True)
class Judged:
    """A run, or the runs of all folds, with figures and the predictions behind them, by image.

    Attributes:
        evaluation: of the run, or of the first of the folds' runs.
        limits: the thresholds by which each image was decided; empty where there are none.
        noun: what a row is: one of the images, or of the patients, by all of their images.
    """

    run: Run
    evaluation: Evaluation
    rows: Mapping[Key, Mapping[str, Any]]
    limits: Mapping[Key, tuple[float, ...]]
    noun: str = "images"

    def estimate(self, keys: Sequence[Key]) -> dict[str, Estimate]:
        """The figures on some of the images, with how far each patient moves them."""
        return estimate_figures(*self.list_evidence(keys), self._list_limits(keys))

    def find_references(self, keys: Sequence[Key]) -> dict[str, tuple[float | None, float | None]]:
        """What guessing, and the majority class, get on some of the images, by figure."""
        found = evaluate(*self.list_evidence(keys), self._list_limits(keys))
        return {line.name: (line.chance, line.majority) for line in list_headlines(found)}

    @property
    def name(self) -> str:
        """What it is called."""
        return self.run.name

    @property
    def has_calls(self) -> bool:
        """Whether a class is decided of each image."""
        return True

    def build_case(self, keys: Sequence[Key]) -> Case:
        """The predictions on some of the images, beside the truth."""
        scores, truth, classes, _, task = self.list_evidence(keys)
        limits = self._list_limits(keys)
        return build_case(scores, truth, classes, task, limits or THRESHOLD)

    def number_units(self, keys: Sequence[Key]) -> Units:
        """(N,) the number of each image's patient, or of the image where no patient is known."""
        patients = [self.rows[key].get("patient") for key in keys]
        return number_units(patients, len(keys))[0]

    def list_evidence(self, keys: Sequence[Key]) -> Evidence:
        """The predictions on some of the images, as the first arguments of `evaluate`."""
        evaluation = self.evaluation
        rows = [self.rows[key] for key in keys]
        return list_evidence(rows, evaluation.classes, find_task(evaluation.task))

    def _list_limits(self, keys: Sequence[Key]) -> list[tuple[float, ...]]:
        return [self.limits[key] for key in keys] if self.limits else []

    def count(self, keys: Sequence[Key]) -> tuple[int, int, str]:
        """How many images, how many units these are of, and what units are."""
        patients = [self.rows[key].get("patient") for key in keys]
        units, counted, _ = number_units(patients, len(keys))
        return len(keys), int(units.max()) + 1, counted


def load_judged(run: Run) -> Judged:
    """A run's predictions on its test split.

    Raises:
        RunError: it was not judged, or its predictions are gone or damaged.
    """
    evaluation = run.load_evaluation()
    rows = load_predictions(run)
    if evaluation is None or not rows:
        raise RunError(
            f"{run.name} has no predictions on test images, so there is nothing to compare.",
            remedy="Compare runs that are done; a run imported without predictions has none.",
        )
    seen: Counter[str] = Counter()
    keyed: dict[Key, Mapping[str, Any]] = {}
    for row in rows:
        content = row["content_hash"]
        keyed[content, seen[content]] = row
        seen[content] += 1
    limits = tuple(evaluation.thresholds)
    return Judged(run, evaluation, keyed, dict.fromkeys(keyed, limits) if limits else {})


def pool_folds(folds: Sequence[Judged]) -> Judged:
    """The images of several folds, each judged by the run of its own fold, as if by one.

    Raises:
        RunError: the runs tell other things apart.
    """
    first, *others = folds
    for other in others:
        _require_same_question(first, other)
    rows = {key: row for fold in folds for key, row in fold.rows.items()}
    limits = {key: limit for fold in folds for key, limit in fold.limits.items()}
    return Judged(first.run, first.evaluation, rows, limits)


def find_shared(several: Sequence[Judged]) -> list[Key]:
    """The images that all runs judged, in the order of the first.

    Raises:
        RunError: the runs tell other things apart, share no test image, or were told different
            labels of one.
    """
    first, *others = several
    for other in others:
        _require_same_question(first, other)
    keys = [key for key in first.rows if all(key in other.rows for other in others)]
    if not keys:
        names = " and ".join(judged.name for judged in several[:2])
        raise RunError(
            f"No image was judged by both {names}: their test images are others.",
            remedy="Compare runs of one data set and one split, or evaluate both on a third set.",
        )
    return keys


def _require_same_question(first: Judged, other: Judged) -> None:
    ours, theirs = first.evaluation, other.evaluation
    if (ours.task, ours.classes) != (theirs.task, theirs.classes):
        raise RunError(
            f"{first.name} tells {', '.join(ours.classes)} apart, {other.name}"
            f" {', '.join(theirs.classes)}: their figures say different things.",
            remedy="Compare runs that answer the same question.",
        )
    for key, row in first.rows.items():
        if key in other.rows and other.rows[key]["label"] != row["label"]:
            raise RunError(
                f"{first.name} was told that {row['name']} shows {row['label'] or 'nothing'},"
                f" {other.name} that it shows {other.rows[key]['label'] or 'nothing'}: labels"
                " were edited between the two.",
                remedy="Evaluate both runs again, then compare.",
            )
