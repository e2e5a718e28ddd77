"""The failure book of a run: its worst judged test images, and what its errors share. No torch.

Labels are those that the run was judged by; what was edited since stands beside them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.evaluation.case import Decide
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.metrics import Mask
from medapp.evaluation.patterns import Column, Pattern, Patterns, find_patterns
from medapp.runs.decided import find_decide, list_decided_rows
from medapp.runs.parting import list_parting
from medapp.runs.results import Evidence, list_evidence
from medapp.runs.run import Run
from medapp.runs.subgroups import Judged, load_judged
from medapp.store.workspace import Workspace
from medapp.task import Task, find_task
from medapp.task.multi_label import SEPARATOR, UNKNOWN
from medapp.task.task import Floats, Targets


@dataclass(frozen=True)
class Failure:
    """A test image that is judged wrongly.

    Attributes:
        name: what a person calls the image.
        label: by which it was judged, in words.
        prediction: what was decided, in words.
        pair: the error, such as "label → prediction"; of several findings the one at odds most,
            as "missed effusion" or "false alarm: effusion".
        probability: the model's, in 0 to 1, of `probability_of`: what was decided, or the finding
            that is at odds most.
        loss: in nats, see `Task.measure_losses`.
        patient, site: None where unknown.
        familiarity: the verdict; None where it was not asked for or cannot be told.
        suggestion: the label that the image would have if the model were right.
        sample: as it is now; None where the image is gone or another one.
        columns: what each column says of the image.
    """

    name: str
    label: str
    prediction: str
    pair: str
    probability: float
    probability_of: str
    loss: float
    patient: str | None
    site: str | None
    familiarity: str | None
    suggestion: str
    sample: Sample | None
    columns: Mapping[str, str | None]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = {name: value for name, value in vars(self).items() if name != "sample"}
        values["file"] = str(self.sample.path) if self.sample else None
        return {**values, "columns": dict(self.columns)}


@dataclass(frozen=True)
class Failures:
    """The failure book.

    Attributes:
        worst: the wrong images, the highest loss first.
        patterns: what they share.
        pairs: how many images have each error, the most frequent first.
    """

    worst: tuple[Failure, ...]
    patterns: Patterns
    pairs: Mapping[str, int]

    def list_of(self, pattern: Pattern) -> list[Failure]:
        """The wrong images in a group."""
        return [each for each in self.worst if each.columns.get(pattern.column) == pattern.group]

    def to_dict(self, most: int | None = None) -> dict[str, Any]:
        """Plain values for JSON.

        Args:
            most: how many of the worst images; all of them where none is given.
        """
        return {
            "worst": [failure.to_dict() for failure in self.worst[:most]],
            "patterns": self.patterns.to_dict(),
            "pairs": dict(self.pairs),
        }


def find_failures(
    workspace: Workspace, run: Run, verdicts: Mapping[str, str | None] | None = None
) -> Failures:
    """What a run says wrongly of its test images, from the kept predictions: nothing is computed.

    Args:
        verdicts: of familiarity, by content hash (`recognising.recognise_tests`); None where nobody
            asked.

    Raises:
        DataError: the data set is gone.
        RunError: the run was not judged, or its predictions were not kept.
    """
    evaluation = run.load_evaluation()
    rows = list_decided_rows(run) if evaluation else []
    if evaluation is None or not rows:
        raise RunError(
            f"The predictions of {run.name} on a test split were not kept, so there is no failure"
            " to look at.",
            remedy="Judge a run that has a test split.",
        )
    task = find_task(evaluation.task)
    evidence = list_evidence(rows, evaluation.classes, task)
    probabilities, targets = np.asarray(evidence[0]), np.asarray(evidence[1])
    decide = find_decide(run, evaluation)
    decisions, wrong, losses = _judge_rows(evidence, evaluation.thresholds, decide)
    judged = load_judged(workspace, run)
    told = [(verdicts or {}).get(row["content_hash"]) for row in rows]
    data_set = Catalog(workspace).find_chosen(run.home.id, run.home.name)
    columns = list_parting(workspace, data_set, judged, rows, told, task)
    patients = [row.get("patient") for row in rows]
    patterns = find_patterns(wrong, ~np.isnan(losses), patients, columns)
    book = _Book(evaluation, task, rows, judged, told, columns)
    worst = tuple(
        book.describe(row, probabilities[row], targets[row], decisions[row], float(losses[row]))
        for row in _rank(wrong, losses)
    )
    pairs = Counter(sorted(failure.pair for failure in worst))
    return Failures(worst, patterns, dict(pairs.most_common()))


def rank_wrong(
    evidence: Evidence, thresholds: Sequence[float], decide: Decide | None = None
) -> list[int]:
    """The rows that are decided otherwise than their targets say, the highest loss first.

    Args:
        decide: probabilities (N, K) to classes (N,), in place of the task.
    """
    _, wrong, losses = _judge_rows(evidence, thresholds, decide)
    return _rank(wrong, losses)


def _judge_rows(
    evidence: Evidence, thresholds: Sequence[float], decide: Decide | None
) -> tuple[Targets, Mask, Floats]:
    """What each row is decided as, which rows (N,) are wrong, and their losses (N,)."""
    probabilities, targets, _, _, task = evidence
    limits = np.array(thresholds) if thresholds else None
    decisions = decide(probabilities) if decide else task.decide(probabilities, limits)
    losses = np.asarray(task.measure_losses(probabilities, targets), float)
    return decisions, task.mark_wrong(decisions, targets), losses


def _rank(wrong: Mask, losses: Floats) -> list[int]:
    """The rows that are wrong, the highest loss first."""
    order = np.argsort(-np.nan_to_num(losses), kind="stable")
    return [int(row) for row in order if wrong[row]]


@dataclass(frozen=True)
class _Book:
    """All that is known of the rows of the kept predictions."""

    evaluation: Evaluation
    task: Task
    rows: Sequence[Mapping[str, Any]]
    judged: Judged
    verdicts: Sequence[str | None]
    columns: Mapping[str, Column]

    def describe(
        self, place: int, probabilities: Any, targets: Any, decision: Any, loss: float
    ) -> Failure:
        """The failure at one row."""
        row = self.rows[place]
        classes = self.evaluation.classes
        if self.task.has_several:
            at = _find_worst(probabilities, targets, decision)
            pair = f"{'missed' if targets[at] else 'false alarm:'} {classes[at]}"
            suggestion = _suggest(row["label"], targets, decision, classes)
        else:
            at = int(decision)
            pair = f"{row['label']} → {row['prediction']}"
            suggestion = classes[at]
        return Failure(
            row["name"],
            self.task.say_label(row["label"]),
            row["prediction"],
            pair,
            float(probabilities[at]),
            classes[at],
            loss,
            row.get("patient"),
            row.get("site"),
            self.verdicts[place],
            suggestion,
            self.judged[place],
            {name: values[place] for name, (values, _) in self.columns.items()},
        )


def _find_worst(probabilities: Any, targets: Any, decision: Any) -> int:
    """The wrongly decided finding whose probability is furthest from the truth."""
    is_wrong = (np.asarray(decision) != (targets > 0.5)) & ~np.isnan(targets)
    return int(np.where(is_wrong, np.abs(probabilities - targets), -1).argmax())


def _suggest(label: str, targets: Any, decision: Any, classes: Sequence[str]) -> str:
    """The label with each known finding as the model decided; what is unknown stays so."""
    unknown = [part for part in label.split(SEPARATOR) if part.startswith(UNKNOWN)]
    found = [
        name
        for name, target, is_there in zip(classes, targets, decision, strict=True)
        if is_there and not np.isnan(target)
    ]
    return SEPARATOR.join(sorted([*found, *unknown]))
