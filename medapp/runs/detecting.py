"""What is to be found in the images that a run is judged on. No torch here."""

from collections.abc import Sequence
from dataclasses import dataclass

from medapp.errors import RecipeError, RunError
from medapp.evaluation.detection import Detection, build_detection, find_columns
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.rules import Rule, read_rule
from medapp.runs.locking import find_locked
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

    @classmethod
    def read(
        cls,
        rule: str | None = None,
        prevalence: float | None = None,
        positives: Sequence[str] = (),
        per_patient: bool = False,
    ) -> "Asked":
        """What a person asks, with the rule as it is written (`rules.WAYS`).

        Raises:
            RecipeError: there is no such rule, or the prevalence is out of range.
        """
        if prevalence is not None and not 0 < prevalence < 1:
            raise RecipeError(
                f"A prevalence lies between 0 and 1, not at {prevalence:g}.",
                remedy="Write 0.04 for 4%.",
                setting="at-prevalence",
            )
        return cls(read_rule(rule) if rule else None, prevalence, tuple(positives), per_patient)


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


def find_own_threshold(run: Run, evaluation: Evaluation, asked: Asked) -> float:
    """From which probability a run's model itself takes the finding to be there.

    The locked one, where it is of this very finding.
    """
    task = find_task(evaluation.task)
    locked = find_locked(run)
    if not evaluation.thresholds and locked is None:
        return THRESHOLD
    columns = find_columns(evaluation.classes, asked.positives, task)
    if evaluation.thresholds:
        return evaluation.thresholds[columns[0]]
    is_same = locked and set(locked.positives) == {evaluation.classes[c] for c in columns}
    return locked.threshold if locked and is_same else THRESHOLD
