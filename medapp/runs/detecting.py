"""What is to be found in the images that a run is judged on. No torch here."""

from dataclasses import dataclass

from medapp.errors import RunError
from medapp.evaluation.detection import Detection, build_detection, find_columns
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.rules import Rule
from medapp.runs.results import Evidence
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.task.thresholds import THRESHOLD


@dataclass(frozen=True)
class Asked:
    """What is asked of an operating point.

    Attributes:
        rule: chooses the threshold on validation images; None takes the model's own.
        prevalence: of the place where the model is to be used, in 0 to 1; None takes that of the
            judged images.
        positives: the classes that count as the finding; none where two classes tell it.
        per_patient: judge patients, by the mean of their images' probabilities, in place of images.
    """

    rule: Rule | None = None
    prevalence: float | None = None
    positives: tuple[str, ...] = ()
    per_patient: bool = False


def detect(run: Run, evaluation: Evaluation, evidence: Evidence | None, asked: Asked) -> Detection:
    """The finding in the images that an evaluation was made of.

    Raises:
        RunError: the probabilities behind it were not kept.
    """
    if evidence is None:
        raise RunError(
            f"The probabilities behind the figures of {run.name} were not kept, so no threshold can"
            " be judged.",
            remedy="Judge it on another data set.",
        )
    where = f"{evaluation.split} split" if evaluation.split != "all" else evaluation.dataset
    return build_detection(
        *evidence, positives=asked.positives, where=where, per_patient=asked.per_patient
    )


def find_own_threshold(evaluation: Evaluation, asked: Asked) -> float:
    """From which probability a model itself takes the finding to be there."""
    if not evaluation.thresholds:
        return THRESHOLD
    task = find_task(evaluation.task)
    return evaluation.thresholds[find_columns(evaluation.classes, asked.positives, task)[0]]
