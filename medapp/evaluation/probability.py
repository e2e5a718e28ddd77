"""How good probabilities are, beyond which class is the most probable.

Everything here is made from probabilities and truth when somebody asks; nothing of it is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from medapp.evaluation.agreement import bound, estimate_kappa, estimate_mcc
from medapp.evaluation.case import Case, Decide, build_case
from medapp.evaluation.estimates import Estimate, Units, average, estimate_share, inflate
from medapp.evaluation.intervals import Interval, expand_student, find_wilson
from medapp.evaluation.metrics import Floats, Mask
from medapp.evaluation.patients import number_units
from medapp.evaluation.positive import find_positive
from medapp.evaluation.reliability import Reliability, measure_reliability
from medapp.task import Task, find_task
from medapp.task.task import LEAST
from medapp.task.thresholds import THRESHOLD

SURE = "the class that the model is surest of"


@dataclass(frozen=True)
class Figure:
    """A figure beside what needs no image to get it.

    Attributes:
        value, interval: as of an `Estimate`, 95%.
        chance: what one gets who gives each class the same probability.
        shares: what one gets who gives each class its share of the judged images.
    """

    value: float
    interval: Interval
    chance: float | None = None
    shares: float | None = None


@dataclass(frozen=True)
class ClassProbability:
    """One class against the rest: its Brier score, NPV and Matthews' correlation coefficient."""

    brier: Figure | None
    npv: Figure | None
    mcc: Figure | None


@dataclass(frozen=True)
class ProbabilityFigures:
    """How good probabilities are; a figure is None where it is undefined.

    Attributes:
        n, counted, units: as of an `Evaluation`.
        brier: the mean squared distance of probabilities and truth (Brier 1950), halved where an
            image has one label, so that it lies in 0 to 1 and that of two classes is the usual
            one; the mean over findings where it may have several. A low one is good.
        log_loss: the mean loss without class weights, in nats, from 0. A low one is good.
        mcc, kappa: Matthews' correlation coefficient and Cohen's kappa of the decisions, -1 to 1;
            None where an image may have several labels, each of which has its own.
        per_class: class → figures of it against the rest.
        reliability: of the positive class where there are two, else of the class that the model is
            surest of; of each finding where an image may have several.
    """

    n: int
    counted: str
    units: int
    brier: Figure | None
    log_loss: Figure | None
    mcc: Figure | None
    kappa: Figure | None
    per_class: Mapping[str, ClassProbability]
    reliability: tuple[Reliability, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def judge_probabilities(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    task: Task | None = None,
    thresholds: ArrayLike = (),
    seed: int = 0,
    decide: Decide | None = None,
) -> ProbabilityFigures:
    """Judge probabilities; arguments and errors are those of `evaluate.evaluate`.

    Args:
        seed: of the calibration error's noise level.
    """
    task = task or find_task("single-label")
    limits = thresholds if np.size(thresholds) else THRESHOLD
    case = build_case(probabilities, truth, classes, task, limits, decide)
    units, counted, _ = number_units(groups, len(case.scores))
    count = len(np.unique(units))
    rows = [_judge_class(case, c, units, count) for c in range(len(classes))]
    of_classes = [_estimate_class_brier(case, c, units, count) for c in range(len(classes))]
    mcc = kappa = None
    if case.confusion:
        decided = (case.targets.astype(np.intp), case.decisions, len(classes), units, count)
        mcc = _show(estimate_mcc(*decided), 0.0)
        kappa = _show(estimate_kappa(*decided), 0.0)
    return ProbabilityFigures(
        n=len(case.scores),
        counted=counted,
        units=count,
        brier=_judge_brier(case, of_classes, units, count),
        log_loss=_judge_log_loss(case, task, units, count),
        mcc=mcc,
        kappa=kappa,
        per_class=dict(zip(classes, rows, strict=True)),
        reliability=_judge_reliability(case, classes, units, task, seed),
    )


def estimate_brier(errors: Floats, units: Units, count: int) -> Estimate | None:
    """The mean of squared errors (N,) in 0 to 1, by the score interval for its effective number."""
    if not len(errors):
        return None
    value = float(errors.mean())
    influence = (errors - value) / len(errors)
    return bound(value, influence, errors > value, units, count, (0.0, 1.0))


def estimate_log_loss(losses: Floats, units: Units, count: int) -> Estimate | None:
    """The mean of losses (N,) in nats, with an interval that is even on the scale of logarithms.

    Student's quantile has as many degrees of freedom as there are patients that the variance rests
    on, (Σ s²)² / Σ s⁴ of their shifts s: few heavy losses say little of how heavy others may be.
    Chosen by simulation (`benchmarks.accuracy.coverage_clinic`). Where no image has a loss, the
    interval ends where all would be lost of the share that Wilson's interval leaves.
    """
    if not len(losses):
        return None
    value = float(losses.mean())
    sizes = np.bincount(units, minlength=count).astype(float)
    sums = np.bincount(units, losses - value, count).astype(float)
    shifts = inflate(sums / len(losses), sizes)
    squares = np.square(shifts)
    effective = len(losses) ** 2 / float(np.square(sizes).sum())
    if value <= 0 or effective <= 1:
        most = -np.log(LEAST) * find_wilson(0.0, effective)[1]
        return Estimate(value, (0.0, max(value, float(most))), shifts)
    # In units of the largest, so that no power of a tiny loss is 0.
    parts = squares / (squares.max() or 1.0)
    freedom = max(float(parts.sum() ** 2 / (np.square(parts).sum() or 1.0)), 1.0)
    reach = expand_student(freedom) * float(np.sqrt(squares.sum())) / value
    ends = float(value * np.exp(-reach)), float(value * np.exp(reach))
    return Estimate(value, ends, shifts)


def _judge_class(case: Case, c: int, units: Units, count: int) -> ClassProbability:
    known = np.flatnonzero(case.true[:, c] | case.false[:, c])
    true, found = case.true[known, c], case.found[known, c]
    brier = _estimate_class_brier(case, c, units, count)
    share = float(true.mean()) if len(known) else 0.0
    guess = 1 / case.scores.shape[1] if case.confusion else 0.5
    npv = estimate_share(~true, ~found, units[known], count)
    # Of one class against the rest the decisions are yes or no.
    decided = (true.astype(np.intp), found.astype(np.intp), 2, units[known], count)
    return ClassProbability(
        _show(brier, share * (1 - guess) ** 2 + (1 - share) * guess**2, share * (1 - share)),
        _show(npv, 1 - share, 1 - share),
        _show(estimate_mcc(*decided), 0.0),
    )


def _estimate_class_brier(case: Case, c: int, units: Units, count: int) -> Estimate | None:
    known = case.true[:, c] | case.false[:, c]
    errors = np.square(case.scores[known, c] - case.true[known, c])
    return estimate_brier(errors, units[known], count)


def _judge_brier(
    case: Case, of_classes: Sequence[Estimate | None], units: Units, count: int
) -> Figure | None:
    if not case.confusion:
        defined = [found for found in of_classes if found is not None]
        known = [case.true[:, c] | case.false[:, c] for c in range(len(of_classes))]
        shares = [float(case.true[k, c].mean()) for c, k in enumerate(known) if k.any()]
        spread = float(np.mean([p * (1 - p) for p in shares])) if shares else None
        return _show(average(defined), 0.25, spread)
    errors = np.square(case.scores - case.true).sum(axis=1) / 2
    k = case.scores.shape[1]
    shares_of = case.true.mean(axis=0) if len(errors) else np.zeros(k)
    spread = float((shares_of * (1 - shares_of)).sum() / 2)
    return _show(estimate_brier(errors, units, count), (1 - 1 / k) / 2, spread)


def _judge_log_loss(case: Case, task: Task, units: Units, count: int) -> Figure | None:
    targets = case.targets.astype(np.intp) if case.confusion else case.targets
    losses = np.asarray(task.measure_losses(case.scores, targets), dtype=float)
    told = np.isfinite(losses)
    found = estimate_log_loss(losses[told], units[told], count)
    if not case.confusion:
        return _show(found, float(np.log(2)))
    shares = case.true.mean(axis=0) if len(losses) else np.zeros(case.scores.shape[1])
    entropy = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
    return _show(found, float(np.log(case.scores.shape[1])), entropy)


def _judge_reliability(
    case: Case, classes: Sequence[str], units: Units, task: Task, seed: int
) -> tuple[Reliability, ...]:
    if case.confusion:
        positive = find_positive(classes) if not task.has_order else None
        if positive:
            c = list(classes).index(positive.name)
            asked = [(case.scores[:, c], case.true[:, c], units, positive.name)]
        else:
            surest = case.scores.argmax(axis=1)
            rows = np.arange(len(surest))
            asked = [(case.scores[rows, surest], case.true[rows, surest], units, SURE)]
    else:
        asked = []
        for c, name in enumerate(classes):
            known: Mask = case.true[:, c] | case.false[:, c]
            asked.append((case.scores[known, c], case.true[known, c], units[known], name))
    found = [measure_reliability(*one, seed) for one in asked]
    return tuple(one for one in found if one is not None)


def _show(
    found: Estimate | None, chance: float | None = None, shares: float | None = None
) -> Figure | None:
    return None if found is None else Figure(found.value, found.interval, chance, shares)
