"""What several runs said of the same test images, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.errors import RunError
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.patients import number_units
from medapp.runs.results import list_evidence, load_predictions
from medapp.runs.run import Run
from medapp.task import find_task

# Which image: its content, and how many of the same content stand before it.
Key = tuple[str, int]


@dataclass(frozen=True)
class Judged:
    """A run with its figures and the predictions behind them, by image."""

    run: Run
    evaluation: Evaluation
    rows: Mapping[Key, Mapping[str, Any]]

    def estimate(self, keys: Sequence[Key]) -> dict[str, Estimate]:
        """The run's figures on some of its images, with how far each patient moves them."""
        evaluation = self.evaluation
        rows = [self.rows[key] for key in keys]
        evidence = list_evidence(rows, evaluation.classes, find_task(evaluation.task))
        return estimate_figures(*evidence, evaluation.thresholds)

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
    return Judged(run, evaluation, keyed)


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
        names = " and ".join(judged.run.name for judged in several[:2])
        raise RunError(
            f"No image was judged by both {names}: their test images are others.",
            remedy="Compare runs of one data set and one split, or evaluate both on a third set.",
        )
    return keys


def _require_same_question(first: Judged, other: Judged) -> None:
    ours, theirs = first.evaluation, other.evaluation
    if (ours.task, ours.classes) != (theirs.task, theirs.classes):
        raise RunError(
            f"{first.run.name} tells {', '.join(ours.classes)} apart, {other.run.name}"
            f" {', '.join(theirs.classes)}: their figures say different things.",
            remedy="Compare runs that answer the same question.",
        )
    for key, row in first.rows.items():
        if key in other.rows and other.rows[key]["label"] != row["label"]:
            raise RunError(
                f"{first.run.name} was told that {row['name']} shows {row['label'] or 'nothing'},"
                f" {other.run.name} that it shows {other.rows[key]['label'] or 'nothing'}: labels"
                " were edited between the two.",
                remedy="Evaluate both runs again, then compare.",
            )
