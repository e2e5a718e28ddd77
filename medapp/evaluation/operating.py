"""From which probability on a finding counts as there: the choice, and what follows in a clinic.

A threshold is chosen on some images and judged on others. PPV and NPV hang on how common the
finding is; for the prevalence of the place where the model is to be used they are given by Bayes'
rule from sensitivity and specificity, for that of the judged images as shares of these. What this
module does not know: runs, files.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medapp.evaluation.detection import Detection
from medapp.evaluation.estimates import estimate_share
from medapp.evaluation.notes import note_left_out
from medapp.evaluation.predictive import Rate, find_predictive_values, show
from medapp.evaluation.rules import Rule, choose_threshold
from medapp.evaluation.words import write_figure
from medapp.notes import Note
from medapp.task.thresholds import THRESHOLD

PEOPLE = 1000  # of whom a sentence speaks


@dataclass(frozen=True)
class Choice:
    """How a threshold was chosen.

    Attributes:
        rule: by which it was chosen.
        where: on which images.
        n, positives: how many they are, and how many of them have the finding.
        sensitivity, specificity: on those very images, so that they flatter.
    """

    rule: Rule
    where: str
    n: int
    positives: int
    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold does on images that it was not chosen on.

    Attributes:
        finding: what is found.
        threshold: from which probability it counts as found.
        n, positives, counted, units: the images, or patients, that were judged, and how many have
            the finding.
        found, missed, false_alarms, spared: how many stand in each cell at the threshold.
        prevalence: for which PPV, NPV and `called` are given.
        sensitivity, specificity: None where no image has the finding, or none lacks it.
        ppv, npv: the share of those who were called, and of those who were not, who have the
            finding, and do not have it; None where nobody would be, or where the above is None.
        noun: "patients" where each has one image, else "images".
        choice: how the threshold was chosen; None where it was given.
        notes: what to know.
    """

    finding: str
    threshold: float
    n: int
    positives: int
    counted: str
    units: int
    found: int
    missed: int
    false_alarms: int
    spared: int
    prevalence: float
    sensitivity: Rate | None
    specificity: Rate | None
    ppv: Rate | None
    npv: Rate | None
    noun: str
    choice: Choice | None
    notes: tuple[Note, ...] = ()

    def __str__(self) -> str:
        return state_outcomes(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the sentences."""
        plain = asdict(self)
        plain["notes"] = [note.to_dict() for note in self.notes]
        return {**plain, "in_words": state_outcomes(self), "floor": state_floor(self)}


def operate(
    judging: Detection,
    prevalence: float | None = None,
    choosing: Detection | None = None,
    rule: Rule | None = None,
    threshold: float = THRESHOLD,
    notes: Sequence[Note] = (),
) -> OperatingPoint:
    """Choose a threshold on some images by a rule, and judge it on others.

    Args:
        judging, choosing: the images that judge, and those that the threshold is chosen on.
        prevalence: of the place where the model is to be used; None takes that of `judging`.
        threshold: what is judged where there is no rule, or nothing to choose on.
    """
    if choosing is None or rule is None:
        return judge_threshold(judging, threshold, prevalence, notes=notes)
    share = judging.prevalence if prevalence is None else prevalence
    limit = choose_threshold(choosing, rule, share)
    choice = describe_choice(choosing, rule, limit)
    return judge_threshold(judging, limit, prevalence, choice, notes)


def judge_threshold(
    detection: Detection,
    threshold: float,
    prevalence: float | None = None,
    choice: Choice | None = None,
    notes: Sequence[Note] = (),
) -> OperatingPoint:
    """What a threshold does on these images.

    Args:
        prevalence: for PPV and NPV; None takes the share of these images that have the finding.
        choice: how the threshold was chosen, on other images.
    """
    true = detection.true
    called = detection.scores >= threshold
    units, count = detection.units, detection.count
    sensitivity = estimate_share(called, true, units, count)
    specificity = estimate_share(~called, ~true, units, count)
    share = detection.prevalence if prevalence is None else prevalence
    if prevalence is None and sensitivity is not None and specificity is not None:
        # The images' own PPV is their precision, with its interval.
        ppv = show(estimate_share(true, called, units, count))
        npv = show(estimate_share(~true, ~called, units, count))
    else:
        ppv, npv = find_predictive_values(sensitivity, specificity, share)
    return OperatingPoint(
        finding=detection.name,
        threshold=threshold,
        n=len(true),
        positives=int(true.sum()),
        counted=detection.counted,
        units=count,
        found=int((called & true).sum()),
        missed=int((~called & true).sum()),
        false_alarms=int((called & ~true).sum()),
        spared=int((~called & ~true).sum()),
        prevalence=share,
        sensitivity=show(sensitivity),
        specificity=show(specificity),
        ppv=ppv,
        npv=npv,
        noun=detection.noun,
        choice=choice,
        notes=(*note_left_out(detection.left_out, detection.left_out + len(true)), *notes),
    )


def describe_choice(detection: Detection, rule: Rule, threshold: float) -> Choice:
    """How a threshold came about, with what it does on the images that it was chosen on."""
    called = detection.scores >= threshold
    true = detection.true
    return Choice(
        rule,
        detection.where,
        len(true),
        int(true.sum()),
        float(called[true].mean()),
        float((~called[~true]).mean()),
    )


def state_outcomes(point: OperatingPoint) -> str:
    """What becomes of a thousand, in a sentence; empty where sensitivity or specificity lacks."""
    if point.sensitivity is None or point.specificity is None:
        return ""
    having = PEOPLE * point.prevalence
    has = round(having)
    found = round(having * point.sensitivity.value)
    alarms = round((PEOPLE - having) * (1 - point.specificity.value))
    low, high = (round(having * end) for end in point.sensitivity.interval)
    most, least = (round((PEOPLE - having) * (1 - e)) for e in point.specificity.interval)
    who = "whom" if point.noun == "patients" else "which"
    have = "has" if has == 1 else "have"
    return (
        f"Of {PEOPLE:,} {point.noun} of {who} {has:,} {have} {point.finding}: {found:,} found"
        f" [{low:,} to {high:,}], {has - found:,} missed [{has - high:,} to {has - low:,}],"
        f" {alarms:,} called back for nothing [{least:,} to {most:,}]."
    )


def state_floor(point: OperatingPoint) -> str:
    """Whether the floor that a rule asks for is kept on the judged images; empty without one."""
    if point.choice is None or point.choice.rule.kind not in ("sensitivity", "specificity"):
        return ""
    rule = point.choice.rule
    rate = point.sensitivity if rule.kind == "sensitivity" else point.specificity
    if rate is None:
        return ""
    low, high = rate.interval
    written = f"{rule.kind} {write_figure(rate.value, rate.interval)}"
    if low >= rule.value:
        return f"The floor of {rule.value:g} holds here: {written}."
    if high < rule.value:
        return f"The floor of {rule.value:g} is missed here: {written}."
    return f"Whether the floor of {rule.value:g} holds cannot be told from these: {written}."
