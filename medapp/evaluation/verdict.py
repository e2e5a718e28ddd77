"""How good a model is, in words: no more than the interval supports.

A grave note takes the praise away. Praise needs an interval above both what guessing gets and what
one gets who calls each image the same.
"""

from dataclasses import dataclass

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.notes import FEW_CODES, FEW_UNITS
from medapp.evaluation.words import write_figure
from medapp.task import find_task


@dataclass(frozen=True)
class Verdict:
    """A verdict.

    Attributes:
        title: what can be said, in one line.
        text: the figure behind it with interval and numbers, and what the model misses.
    """

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}: {self.text[:1].lower()}{self.text[1:]}"


def judge(evaluation: Evaluation) -> Verdict:
    """What the figures of an evaluation support."""
    headline = list_headlines(evaluation)[0]
    if headline.value is None:
        return Verdict("Nothing can be told", "No figure is defined on these images.")
    references = [value for value in (headline.chance, headline.majority) if value is not None]
    reference = max(references, default=0.0)
    title = _judge_interval(evaluation, headline.interval, reference)
    unit = evaluation.counted.removesuffix("s") if evaluation.units == 1 else evaluation.counted
    of_units = f" of {evaluation.units:,} {unit}" if evaluation.is_by_patient else ""
    text = (
        f"{headline} on {evaluation.n:,} images{of_units}; guessing gets"
        f" {write_figure(headline.chance)}."
    )
    return Verdict(title, f"{text} {_state_misses(evaluation)}".strip())


def _judge_interval(
    evaluation: Evaluation, interval: tuple[float, float] | None, reference: float
) -> str:
    # Few units have words of their own.
    graves = {note.code for note in evaluation.notes if note.level == "grave"} - FEW_CODES
    if graves:
        return "Not to be trusted as it stands"
    if interval is None or evaluation.units < FEW_UNITS:
        return f"Too few {evaluation.counted} to tell"
    low, high = interval
    if high < reference:
        return "Worse than chance"
    if low <= reference:
        return "Cannot be told from chance"
    if not evaluation.confusion:
        return "Better than chance"
    most = max(evaluation.per_class, key=lambda name: evaluation.per_class[name].n)
    return f"Better than chance and than always saying {most}"


def _state_misses(evaluation: Evaluation) -> str:
    """How many images of the positive class, or of the weakest one, are missed."""
    known = {
        name: figures.sensitivity
        for name, figures in evaluation.per_class.items()
        if figures.sensitivity is not None
    }
    if known and evaluation.thresholds:
        return _state_missed_finding(evaluation, min(known, key=lambda name: known[name]))
    if not known or not evaluation.confusion:
        return ""
    positive = evaluation.positive
    name = positive if positive in known else min(known, key=lambda name: known[name])
    at = evaluation.classes.index(name)
    row = evaluation.confusion[at]
    missed = sum(row) - row[at]
    noun = find_task(evaluation.task).noun
    said = f"f {sum(row):,} images of {name}, {missed:,} {'is' if missed == 1 else 'are'} missed"
    if not positive:
        return f"The weakest {noun}: o{said}." if missed else "No image is misjudged."
    others = [row for i, row in enumerate(evaluation.confusion) if i != at]
    taken = sum(row[at] for row in others)
    return f"O{said}; of {sum(map(sum, others)):,} others, {taken:,} taken for it."


def _state_missed_finding(evaluation: Evaluation, name: str) -> str:
    """How many images of the finding with the lowest sensitivity are missed at its threshold."""
    figures = evaluation.per_class[name]
    missed = figures.n - (figures.hits or 0)
    if not missed:
        return "No finding is missed."
    return (
        f"The finding that is missed most: of {figures.n:,} images with {name}, {missed:,}"
        f" {'is' if missed == 1 else 'are'} missed; of {figures.others:,} without,"
        f" {figures.false_alarms:,} taken for it."
    )
