"""How good a model is, in words: no more than the interval supports.

A grave note takes the praise away. Praise needs an interval above both what guessing gets and what
one gets who calls each image the same. How many are missed stands beside it, and a model that
misses too many for certain is not called useful; what would be useful in a clinic is not known.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import find_worst, list_headlines
from medapp.evaluation.intervals import Interval, Z
from medapp.evaluation.notes import FEW_CODES, FEW_OF_CLASS, FEW_UNITS
from medapp.evaluation.words import write_figure
from medapp.task import find_task

# Of images of the finding, or of the worst class, the share that may be missed: a model whose whole
# interval lies above it is "not yet useful". A convention, and no measure of use in a clinic.
TOLERATED = 0.1
OF = 100  # images of a class, of which a title says how many are missed


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
        return f"{self.title}. {self.text}"


@dataclass(frozen=True)
class Misses:
    """What is missed of a class.

    Attributes:
        name: of the class.
        n: images of it.
        share: of them that are missed, 0 to 1, with its 95% `interval`.
        are_too_many: the whole interval lies above `TOLERATED`.
    """

    name: str
    n: int
    share: float
    interval: Interval
    are_too_many: bool

    def __str__(self) -> str:
        # Ends are rounded away from the share, so that the interval is not written too narrow.
        low = math.floor(OF * self.interval[0] + 1e-9)
        high = math.ceil(OF * self.interval[1] - 1e-9)
        if self.n >= FEW_OF_CLASS:
            share = round(OF * self.share)
            return f"{share} of {OF} images of {self.name} (interval {low} to {high})"
        noun = "image" if self.n == 1 else "images"
        missed = round(self.n * self.share)
        end = f"{noun} of {self.name}, too few to tell (interval {low} to {high} of {OF})"
        return f"{missed} of only {self.n} {end}"


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
    return f"Better than chance{_state_use(evaluation)}"


def _state_use(evaluation: Evaluation) -> str:
    """Whether too much is missed for certain, and how much is, with what its interval allows."""
    misses = find_misses(evaluation)
    if misses is None:
        return ""
    return f"{', not yet useful' if misses.are_too_many else ''}: it misses {misses}"


def find_misses(evaluation: Evaluation) -> Misses | None:
    """What is missed of the positive class, else of the worst one; None where that is not known."""
    name = evaluation.positive or find_worst(evaluation)
    figures = evaluation.per_class.get(name)
    interval = figures.intervals.get("sensitivity") if figures else None
    if figures is None or figures.sensitivity is None or interval is None:
        return None
    judged = [one for one in evaluation.per_class.values() if one.sensitivity is not None]
    # The worst of several was picked by these images: its interval is widened after Bonferroni.
    picked = 1 if evaluation.positive else len(judged)
    reach = (interval[1] - figures.sensitivity) * NormalDist().inv_cdf(1 - 0.025 / picked) / Z
    return Misses(
        name,
        figures.n,
        1 - figures.sensitivity,
        (1 - interval[1], 1 - interval[0]),
        1 - figures.sensitivity - reach > TOLERATED,
    )


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
    images = "image" if sum(row) == 1 else "images"
    said = f"f {sum(row):,} {images} of {name}, {missed:,} {'is' if missed == 1 else 'are'} missed"
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
