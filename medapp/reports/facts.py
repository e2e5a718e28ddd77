"""The facts of a run for a report, gathered from its records; no image is read for that.

What leaves here names no file, patient or site. What the records do not hold stays None.
"""

import contextlib
import datetime
from dataclasses import dataclass, replace

from medapp.errors import DataError
from medapp.evaluation.calibration import Calibration, read_calibration
from medapp.evaluation.conformal import Conformal, read_conformal
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.operating import OperatingPoint, judge_threshold, operate
from medapp.evaluation.probability import ProbabilityFigures, judge_probabilities
from medapp.evaluation.robustness.record import Robustness
from medapp.evaluation.stress.record import Stress
from medapp.evaluation.subgroups import Subgroups
from medapp.explanation.trials.record import Trial
from medapp.models.carried import read_metadata
from medapp.notes import Note, sort_notes
from medapp.prediction.memory import describe_memory
from medapp.reports.authored import Answers, load_answers
from medapp.reports.data_facts import DataFacts, gather_data
from medapp.reports.failures import Failures, gather_failures
from medapp.reports.training_facts import TrainingFacts, gather_training
from medapp.runs.decided import (
    DECIDED,
    find_decide,
    find_deciding,
    load_decided,
    load_decided_robustness,
    load_decided_stress,
)
from medapp.runs.detecting import Asked, detect, find_own_threshold
from medapp.runs.judged_elsewhere import Judged, load_judged
from medapp.runs.locking import find_locked
from medapp.runs.looks import count_looks
from medapp.runs.privacy import NUMBERED
from medapp.runs.registry import find_registry
from medapp.runs.results import Evidence, load_evidence, load_trials
from medapp.runs.revisions import note_edits
from medapp.runs.run import Run
from medapp.runs.subgroups import list_subgroups
from medapp.runs.subgroups import load_judged as load_judged_samples
from medapp.store.workspace import Workspace
from medapp.version import __version__


@dataclass(frozen=True)
class Facts:
    """All that the records of a run's head tell.

    Attributes:
        run, id: what the run is called, and its folder.
        state: of the run.
        written: when the facts were gathered, UTC; `version` is the MedApp that did.
        evaluation: on its own test split, by the locked threshold where there is one; None where it
            was not judged.
        notes: those of the evaluation, and what was edited since; the gravest first.
        looks: how often these test images were read by the runs that are kept, up to now.
        probability, point, subgroups: made from the kept predictions; None or empty where there are
            none.
        calibration, conformal: as the model's file says them; `reach` says in sentences how far the
            model's answers reach.
        robustness, stress, trials, elsewhere: where somebody measured them.
        failures: None where no predictions were kept.
        answers: the author's, see `reports.authored`.
    """

    run: str
    id: str
    state: str
    written: str
    version: str
    data: DataFacts
    training: TrainingFacts
    evaluation: Evaluation | None
    notes: tuple[Note, ...]
    looks: int
    probability: ProbabilityFigures | None
    point: OperatingPoint | None
    subgroups: tuple[Subgroups, ...]
    calibration: Calibration | None
    conformal: Conformal | None
    reach: tuple[str, ...]
    robustness: Robustness | None
    stress: Stress | None
    trials: tuple[Trial, ...]
    elsewhere: tuple[Judged, ...]
    failures: Failures | None
    answers: Answers


def gather_facts(workspace: Workspace, run: Run, with_images: bool = False) -> Facts:
    """The facts of a run, of the head that `run` stands for.

    Args:
        with_images: the worst failures are shown, small.

    Raises:
        RunError: the run has not begun, or a file of it is damaged.
    """
    evaluation = load_decided(run)
    evidence = load_evidence(run)
    metadata = read_metadata(run.model_path)
    notes = [*(evaluation.notes if evaluation else ()), *note_edits(workspace, run)]
    return Facts(
        run=run.name,
        id=run.id,
        state=run.state,
        written=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        version=__version__,
        data=gather_data(workspace, run),
        training=gather_training(workspace, run),
        evaluation=evaluation,
        notes=sort_notes(notes),
        looks=_count_looks(workspace, run, evaluation),
        probability=_judge_probabilities(run, evaluation, evidence),
        point=_find_point(run, evaluation, evidence),
        subgroups=_list_subgroups(workspace, run, evaluation, evidence),
        calibration=read_calibration(metadata),
        conformal=read_conformal(metadata),
        reach=tuple(describe_memory(run.model_path)) if run.has_model else (),
        robustness=load_decided_robustness(run),
        stress=load_decided_stress(run),
        trials=tuple(load_trials(run).values()),
        elsewhere=load_judged(run),
        failures=gather_failures(workspace, run, with_images),
        answers=load_answers(run),
    )


def hide_pictures(facts: Facts) -> Facts:
    """The same facts without any picture."""
    found = facts.failures
    if found is None:
        return facts
    worst = tuple(replace(one, picture=b"") for one in found.worst)
    return replace(facts, failures=replace(found, worst=worst, with_images=False))


def _count_looks(workspace: Workspace, run: Run, evaluation: Evaluation | None) -> int:
    if evaluation is None:
        return 0
    known = find_registry(workspace).find(run.id)
    # The registry sketches the test images of a run's first head.
    now = count_looks(workspace, known.test_images) if known and not run.domain else 0
    return max(now, evaluation.looks)


def _judge_probabilities(
    run: Run, evaluation: Evaluation | None, evidence: Evidence | None
) -> ProbabilityFigures | None:
    if evaluation is None or evidence is None:
        return None
    decide = find_decide(run, evaluation)
    return judge_probabilities(*evidence, thresholds=evaluation.thresholds, decide=decide)


def _find_point(
    run: Run, evaluation: Evaluation | None, evidence: Evidence | None
) -> OperatingPoint | None:
    """What the locked threshold does, else the model's own, where two classes tell the finding."""
    if evaluation is None or evidence is None:
        return None
    locked = find_locked(run)
    if locked is not None:
        judging = detect(run, evaluation, evidence, Asked(positives=locked.positives))
        return judge_threshold(judging, locked.threshold, choice=locked.choice)
    if not evaluation.positive:
        return None
    asked = Asked()
    threshold = find_own_threshold(run, evaluation, asked)
    return operate(detect(run, evaluation, evidence, asked), None, None, None, threshold, ())


def _list_subgroups(
    workspace: Workspace, run: Run, evaluation: Evaluation | None, evidence: Evidence | None
) -> tuple[Subgroups, ...]:
    """The headline figure by each column that parts the test images; sites as numbers."""
    if evaluation is None or evidence is None:
        return ()
    # The data set may be gone.
    with contextlib.suppress(DataError):
        judged = load_judged_samples(workspace, run)
        locked = find_deciding(run, evaluation)
        found = list_subgroups(judged, evidence, evaluation.thresholds, locked)
        return tuple(map(_number, found))
    return ()


def _number(found: Subgroups) -> Subgroups:
    """Subgroups as they may leave this machine, see `runs.privacy`."""
    if found.column not in NUMBERED:
        return found
    numbers = {group.name: f"#{i}" for i, group in enumerate(found.groups, start=1)}
    groups = tuple(replace(group, name=numbers[group.name]) for group in found.groups)
    gaps = tuple(
        replace(gap, first=numbers[gap.first], second=numbers[gap.second]) for gap in found.gaps
    )
    # Other notes name groups too.
    notes = tuple(note for note in found.notes if note.code == DECIDED)
    return replace(found, groups=groups, gaps=gaps, notes=notes)
