"""Probabilities and truth to figures with intervals.

What this module does not know: networks, files, which split was judged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medapp.evaluation.agreement import estimate_mean_error, estimate_quadratic_kappa
from medapp.evaluation.case import Case, Decide, build_case
from medapp.evaluation.estimates import (
    Estimate,
    Units,
    average,
    estimate_auroc,
    estimate_f1,
    estimate_share,
)
from medapp.evaluation.evaluation import ClassFigures, Evaluation
from medapp.evaluation.intervals import METHOD, Interval
from medapp.evaluation.metrics import FINDING_METRICS
from medapp.evaluation.notes import note_figures, note_left_out, note_torn
from medapp.evaluation.patients import (
    combine_findings,
    combine_probabilities,
    count_torn,
    find_uniform,
    number_units,
)
from medapp.evaluation.positive import find_positive
from medapp.evaluation.precision import estimate_average_precision
from medapp.task import Task, find_task
from medapp.task.thresholds import FEWEST, THRESHOLD

Estimates = Mapping[str, Estimate | None]


def evaluate(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    task: Task | None = None,
    thresholds: ArrayLike = (),
    decide: Decide | None = None,
) -> Evaluation:
    """Judge predictions.

    Args:
        probabilities: (N, K), a column a class.
        truth: targets of the task: (N,) indices into `classes`, or (N, K) with 1, 0 and NaN for
            what is not known.
        groups: (N,) the patient of each image, None where unknown: such an image counts as a
            patient of its own. Without groups each image counts as independent.
        task: decides from probabilities; one label an image where none is given.
        thresholds: (K,) from which probability each finding counts as there, or (N, K) where
            several models judged; one half where none is given. Of no effect where an image has
            one label.
        decide: probabilities (N, K) to classes (N,), in place of the most probable one where an
            image has one label.

    Raises:
        RunError: a probability is not a finite number.
        ValueError: shapes do not fit, or a truth is no index into `classes`.
    """
    task = task or find_task("single-label")
    limits = thresholds if np.size(thresholds) else THRESHOLD
    case = build_case(probabilities, truth, classes, task, limits, decide)
    units, counted, unknown = number_units(groups, len(case.scores))
    found = _judge(case, classes, units, counted, unknown, task)
    if groups is None or counted == "images" or found.units == found.n:
        return found
    return replace(found, per_patient=_judge_patients(case, classes, groups, task, decide))


def estimate_figures(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    task: Task | None = None,
    thresholds: ArrayLike = (),
    decide: Decide | None = None,
) -> dict[str, Estimate]:
    """The figures that `list_headlines` names, with how far each patient moves them.

    Two models' figures of the same images can then be subtracted, see `comparison.subtract`.
    Arguments and errors are those of `evaluate`; a figure that is not defined is left out.
    """
    task = task or find_task("single-label")
    limits = thresholds if np.size(thresholds) else THRESHOLD
    case = build_case(probabilities, truth, classes, task, limits, decide)
    units, _, _ = number_units(groups, len(case.scores))
    count = len(np.unique(units))
    estimate = _estimate_finding if task.has_several else _estimate_class
    rows = [estimate(case, c, units, count) for c in range(len(classes))]
    found = _estimate_whole(case, rows, units, count, task)
    positive = find_positive(classes) if case.confusion and not task.has_order else None
    if positive:
        found |= rows[list(classes).index(positive.name)]
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def _judge(
    case: Case,
    classes: Sequence[str],
    units: Units,
    counted: str,
    unknown: int,
    task: Task,
) -> Evaluation:
    count = len(np.unique(units))
    estimate = _estimate_finding if task.has_several else _estimate_class
    rows = [estimate(case, c, units, count) for c in range(len(classes))]
    estimates = _estimate_whole(case, rows, units, count, task)
    positive = find_positive(classes) if case.confusion and not task.has_order else None
    evaluation = Evaluation(
        n=len(case.scores),
        classes=tuple(classes),
        **_list_values(estimates),
        intervals=_list_intervals(estimates),
        counted=counted,
        units=count,
        confusion=case.confusion,
        per_class={
            name: _write_class(case, c, row, task.has_several)
            for c, (name, row) in enumerate(zip(classes, rows, strict=True))
        },
        notes=(),
        task=task.name,
        positive=positive.name if positive else "",
        method=METHOD,
    )
    return replace(evaluation, notes=note_figures(evaluation, unknown, positive))


def _judge_patients(
    case: Case,
    classes: Sequence[str],
    groups: Sequence[str | None],
    task: Task,
    decide: Decide | None,
) -> Evaluation | None:
    """Figures of patients by the mean of their images' probabilities.

    Patients whose images have different labels have no one truth; they are left out and counted;
    None where all are. Of findings, each is left out for itself.
    """
    units, means = combine_probabilities(case.scores, groups)
    if task.has_several:
        targets = combine_findings(case.targets, units)
        # A patient's images were judged by one model.
        limits = case.limits[np.unique(units, return_index=True)[1]]
        patients = build_case(means, targets, classes, task, limits)
        found = _judge(patients, classes, np.arange(len(means)), "patients", 0, task)
        torn = count_torn(case.targets, units)
        notes = [*note_torn(torn, len(means)), *found.notes]
        return replace(found, notes=tuple(notes))
    uniform, firsts = find_uniform(case.targets, units)
    if not len(uniform):
        return None
    patients = build_case(means[uniform], case.targets[firsts], classes, task, decide=decide)
    found = _judge(patients, classes, np.arange(len(uniform)), "patients", 0, task)
    notes = [*note_left_out(len(means) - len(uniform), len(means)), *found.notes]
    return replace(found, notes=tuple(notes))


def _estimate_class(case: Case, c: int, units: Units, count: int) -> dict[str, Estimate | None]:
    """One class against the rest; nothing is told of a class that no image is of."""
    true = case.true[:, c]
    false = case.false[:, c]
    found = case.found[:, c]
    if not true.any():
        return dict.fromkeys(FINDING_METRICS)
    known = true | false
    return {
        "sensitivity": estimate_share(found, true, units, count),
        "specificity": estimate_share(~found, false, units, count),
        "precision": estimate_share(true, found & known, units, count),
        "f1": estimate_f1(true, found, known, units, count),
        "auroc": estimate_auroc(case.scores[:, c], true, false, units, count),
        "average_precision": estimate_average_precision(
            case.scores[:, c], true, false, units, count
        ),
    }


def _estimate_finding(case: Case, c: int, units: Units, count: int) -> dict[str, Estimate | None]:
    """One of several findings, where enough images are known to have it, and not to have it."""
    true = case.true[:, c]
    false = case.false[:, c]
    if min(true.sum(), false.sum()) < FEWEST:
        return dict.fromkeys(FINDING_METRICS)
    return _estimate_class(case, c, units, count)


def _estimate_whole(
    case: Case, rows: Sequence[Estimates], units: Units, count: int, task: Task
) -> dict[str, Estimate | None]:
    """The figures of all classes: means over those that are defined."""
    sensitivity = _mean_defined(row["sensitivity"] for row in rows)
    balanced = sensitivity
    if not case.confusion:
        # A finding's balanced accuracy is the mean of its sensitivity and specificity.
        both = [row for row in rows if row["sensitivity"] and row["specificity"]]
        balanced = _mean_defined(
            row[name] for row in both for name in ("sensitivity", "specificity")
        )
    return {
        "accuracy": estimate_share(case.right, case.judged, units, count),
        "balanced_accuracy": balanced,
        "macro_sensitivity": sensitivity,
        "macro_f1": _mean_defined(row["f1"] for row in rows),
        "macro_auroc": _mean_defined(row["auroc"] for row in rows),
        **_estimate_special(case, rows, units, count, task),
    }


def _estimate_special(
    case: Case, rows: Sequence[Estimates], units: Units, count: int, task: Task
) -> dict[str, Estimate | None]:
    """The figures that only some tasks have: those that this one names."""
    found: dict[str, Estimate | None] = {}
    if "macro_average_precision" in task.figures:
        found["macro_average_precision"] = _mean_defined(row["average_precision"] for row in rows)
    if "quadratic_kappa" in task.figures:
        graded = (case.targets.astype(np.intp), case.decisions, case.scores.shape[1], units, count)
        found["quadratic_kappa"] = estimate_quadratic_kappa(*graded)
        found["mean_absolute_error"] = estimate_mean_error(*graded)
        near = np.abs(case.targets.astype(np.intp) - case.decisions) <= 1
        found["within_one_grade"] = estimate_share(near, np.ones_like(near), units, count)
    return found


def _mean_defined(estimates: Iterable[Estimate | None]) -> Estimate | None:
    return average([estimate for estimate in estimates if estimate is not None])


def _write_class(case: Case, c: int, row: Estimates, has_limits: bool) -> ClassFigures:
    figures = ClassFigures(
        n=int(case.true[:, c].sum()),
        others=int(case.false[:, c].sum()),
        **_list_values(row),
        intervals=_list_intervals(row),
    )
    if not has_limits:
        return figures
    return replace(
        figures,
        threshold=float(np.median(case.limits[:, c])) if len(case.limits) else THRESHOLD,
        hits=int((case.true & case.found)[:, c].sum()),
        false_alarms=int((case.false & case.found)[:, c].sum()),
    )


def _list_values(estimates: Estimates) -> dict[str, Any]:
    return {name: None if found is None else found.value for name, found in estimates.items()}


def _list_intervals(estimates: Estimates) -> dict[str, Interval | None]:
    return {name: None if found is None else found.interval for name, found in estimates.items()}
