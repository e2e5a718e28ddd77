"""How good a model is, in words: no more than the interval supports.

A grave note takes the praise away. The reference of balanced accuracy is what guessing, or always
naming one class, gets: 1 / K for K classes that occur.
"""

from dataclasses import dataclass

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.notes import FEW_UNITS
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
    headline = find_task(evaluation.task).figures[0]
    value: float | None = getattr(evaluation, headline)
    if value is None:
        return Verdict("Nothing can be told", "No figure is defined on these images.")
    interval = evaluation.intervals[headline]
    reference = _find_reference(evaluation, headline)
    title = _judge_interval(evaluation, interval, reference)
    unit = evaluation.resampled.removesuffix("s") if evaluation.units == 1 else evaluation.resampled
    of_units = f" of {evaluation.units:,} {unit}" if evaluation.is_by_patient else ""
    name = {"macro_auroc": "AUROC"}.get(headline, headline.replace("_", " ").capitalize())
    text = (
        f"{name} {write_figure(value, interval)} on {evaluation.n:,} images{of_units}; guessing"
        f" gets {reference:.3f}."
    )
    return Verdict(title, f"{text} {_state_misses(evaluation)}".strip())


def _find_reference(evaluation: Evaluation, headline: str) -> float:
    """What a model that learned nothing gets."""
    if headline == "macro_auroc":
        return 0.5
    return 1 / sum(figures.n > 0 for figures in evaluation.per_class.values())


def _judge_interval(
    evaluation: Evaluation, interval: tuple[float, float] | None, reference: float
) -> str:
    if any(note.level == "grave" for note in evaluation.notes):
        return "Not to be trusted as it stands"
    if interval is None or evaluation.units < FEW_UNITS:
        return f"Too few {evaluation.resampled} to tell"
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
    """How many images of the class with the lowest sensitivity are missed."""
    known = {
        name: figures
        for name, figures in evaluation.per_class.items()
        if figures.n and figures.sensitivity is not None
    }
    if not known or not evaluation.confusion:
        return ""
    name = min(known, key=lambda name: known[name].sensitivity or 0.0)
    row = evaluation.confusion[evaluation.classes.index(name)]
    missed = sum(row) - row[evaluation.classes.index(name)]
    if not missed:
        return "No image is misjudged."
    return f"It misses {missed:,} of {sum(row):,} images of {name}, its weakest class."
