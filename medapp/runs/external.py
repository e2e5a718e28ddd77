"""External validation: a run's model in another place, beside home, and whether it may be used."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.calibration import ELSEWHERE, Calibration, fit_calibration
from medapp.evaluation.case import build_case
from medapp.evaluation.detection import Detection, build_detection
from medapp.evaluation.elsewhere.decision import decide, find_floor
from medapp.evaluation.elsewhere.measuring import compare_classes, judge_recalibration
from medapp.evaluation.elsewhere.record import Elsewhere, Kind, Recalibration
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.locked import Locked
from medapp.evaluation.operating import OperatingPoint, judge_threshold
from medapp.evaluation.positive import find_positive
from medapp.evaluation.predictive import Rate, show_rates
from medapp.prediction.doubt import is_unlike
from medapp.runs.caveats import UNLISTED
from medapp.runs.decided import apply_lock, load_decided
from medapp.runs.elsewhere import Looked, judge_elsewhere, look_elsewhere
from medapp.runs.judged_elsewhere import keep_judged
from medapp.runs.reference import find_reference
from medapp.runs.run import Run
from medapp.runs.subgroups import list_subgroups
from medapp.store.job import Tell
from medapp.store.workspace import Workspace
from medapp.task.thresholds import THRESHOLD
from medapp.training.folds import draw_folds

FOLDS = 5


def validate_elsewhere(
    workspace: Workspace,
    run: Run,
    dataset: str,
    floor: float | None = None,
    classes: Mapping[str, str] | None = None,
    tell: Tell | None = None,
) -> Elsewhere:
    """Judge a run's model on all images of another data set, and say whether it may be used there.

    Figures here and at home are by the threshold that is locked into the model, where one is. What
    came of it is kept with the run (`external.json`).

    Args:
        dataset, classes, tell: see `look_elsewhere`.
        floor: the least AUROC that is asked for; None asks for 0.1 less than at home.

    Raises:
        RecipeError: the floor is out of range, or none is given and nothing is known from home.
        DataError, RunError: as for `look_elsewhere`.
    """
    home = load_decided(run)
    least = find_floor(home, floor)
    looked = look_elsewhere(workspace, run, dataset, classes, tell, skips_seen=True)
    locked = looked.model.locked
    evidence = looked.collect()
    here = apply_lock(locked, judge_elsewhere(workspace, run, looked), evidence)
    kind = _count_kind(looked)
    probabilities, targets, names, groups, task = evidence
    case = build_case(probabilities, targets, names, task)
    of_classes = compare_classes(names, case, groups, home, find_reference(run))
    found = fit_here(looked)
    after, _ = cross_fit(looked)
    recalibration = _judge(looked, found, after)
    is_unlisted = any(note.code == UNLISTED.code for note in here.notes)
    decision = decide(here, home, kind, of_classes, recalibration, least, is_unlisted)
    detection = _detect(looked)
    threshold = locked.threshold if locked else THRESHOLD
    point = judge_threshold(detection, threshold) if detection else None
    at_home = _find_rates_at_home(home, locked, point)
    told = Elsewhere(
        here,
        home,
        kind,
        of_classes,
        recalibration,
        decision,
        point,
        *at_home,
        list_subgroups(looked.samples, evidence, here.thresholds, locked),
        detection,
    )
    with run.lock():
        keep_judged(run, told)
    return told


def _detect(looked: Looked) -> Detection | None:
    """The finding that a threshold was locked for, or that two classes tell; None without one."""
    probabilities, targets, classes, groups, task = looked.collect()
    locked = looked.model.locked
    if locked is None and (task.has_several or find_positive(classes) is None):
        return None
    positives = locked.positives if locked else ()
    return build_detection(
        probabilities, targets, classes, groups, task, positives, looked.data_set.name
    )


def _find_rates_at_home(
    home: Evaluation | None, locked: Locked | None, point: OperatingPoint | None
) -> tuple[Rate | None, Rate | None]:
    """Sensitivity and specificity on the model's own test split, at the same threshold."""
    if locked is not None:
        return locked.sensitivity, locked.specificity
    return show_rates(home.per_class.get(point.finding) if home and point else None)


def fit_here(looked: Looked) -> Calibration:
    """A change of the logits by all of these images."""
    _, targets, _, groups, task = looked.collect()
    return fit_calibration(looked.logits, targets, groups, task, ELSEWHERE)


def cross_fit(looked: Looked) -> tuple[NDArray[np.float64], list[Calibration]]:
    """Probabilities (N, K) after changes that were each found on images of other patients.

    Of `FOLDS` parts each is changed by what was found on the rest.
    """
    probabilities, targets, _, groups, task = looked.collect()
    names = [str(row) if group is None else f"p {group}" for row, group in enumerate(groups)]
    folds = draw_folds(names, targets, FOLDS, 0)
    after = np.array(probabilities)
    changes = []
    for fold in np.unique(folds):
        own, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        of_rest = [groups[row] for row in rest]
        change = fit_calibration(looked.logits[rest], targets[rest], of_rest, task, ELSEWHERE)
        changes.append(change)
        after[own] = task.activate(change.apply(looked.logits[own])).double().numpy()
    return after, changes


def _count_kind(looked: Looked) -> Kind | None:
    known = [one for one in looked.familiar if one is not None]
    if not known:
        return None
    return Kind(len(known), sum(map(is_unlike, known)), sum(one.is_alien for one in known))


def _judge(looked: Looked, found: Calibration, after: NDArray[np.float64]) -> Recalibration:
    probabilities, targets, _, groups, task = looked.collect()
    reason = found.reason
    if looked.model.network.keeps_neighbours:
        reason = "its probabilities are shares of votes, which have no scale"
    before = np.asarray(task.measure_losses(probabilities, targets), np.float64)
    changed = np.asarray(task.measure_losses(after, targets), np.float64)
    return judge_recalibration(found.method, reason, before, changed, groups)
