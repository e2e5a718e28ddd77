"""The figures that say first how good a model is, each beside what needs no model.

Cards, tables and the shell take them from here, so that each says the same.
"""

from dataclasses import asdict, dataclass
from typing import Any

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import Interval
from medapp.evaluation.words import write_figure
from medapp.task import find_task

TITLES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_sensitivity": "Macro sensitivity",
    "macro_f1": "Macro F1",
    "macro_auroc": "Macro AUROC",
    "auroc": "AUROC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "precision": "Precision",
    "f1": "F1",
}
# One class is the finding: what is said of it, beside the figures of both.
OF_TWO = ("balanced_accuracy", "sensitivity", "specificity", "auroc", "accuracy")


@dataclass(frozen=True)
class Headline:
    """One figure for a reader.

    Attributes:
        name: its key in `Evaluation`, or in `ClassFigures` where it speaks of one class.
        title: what people call it; holds the class's name where it speaks of one class.
        value: in 0 to 1, or None where it is undefined.
        interval: 95%, (low, high), or None.
        chance: what guessing gets, each class as likely as any other (each finding by a coin).
        majority: what one gets who calls each image what most of the judged ones are.
    """

    name: str
    title: str
    value: float | None
    interval: Interval | None
    chance: float | None
    majority: float | None

    def __str__(self) -> str:
        return f"{self.title} {write_figure(self.value, self.interval)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def list_headlines(evaluation: Evaluation) -> tuple[Headline, ...]:
    """The figures of the evaluation's task, the first first.

    Two classes, of which each image is one, have the sensitivity, specificity and AUROC of the
    positive class in place of means over both.
    """
    if evaluation.positive:
        return tuple(_build(evaluation, name, evaluation.positive) for name in OF_TWO)
    return tuple(_build(evaluation, name) for name in find_task(evaluation.task).figures)


def _build(evaluation: Evaluation, name: str, of_class: str = "") -> Headline:
    if hasattr(evaluation, name):
        value = getattr(evaluation, name)
        interval = evaluation.intervals.get(name)
        title = TITLES[name]
    else:
        figures = evaluation.per_class[of_class]
        value = getattr(figures, name)
        interval = figures.intervals.get(name)
        title = TITLES[name] if name == "auroc" else f"{TITLES[name]} for {of_class}"
    if "auroc" in name:
        chance: float | None = 0.5
        majority: float | None = 0.5
    elif evaluation.confusion:
        chance, majority = _find_of_labels(evaluation, name, of_class)
    else:
        chance, majority = _find_of_findings(evaluation, name)
    return Headline(name, title, value, interval, chance, majority)


def _find_of_labels(
    evaluation: Evaluation, name: str, of_class: str
) -> tuple[float | None, float | None]:
    """What chance and the majority class get where each image has one label."""
    k = len(evaluation.classes)
    counts = {c: sum(row) for c, row in zip(evaluation.classes, evaluation.confusion, strict=True)}
    shares = [count / sum(counts.values()) for count in counts.values() if count]
    if not shares:
        return None, None
    is_most = max(counts, key=counts.__getitem__) == of_class
    match name:
        case "accuracy":
            return 1 / k, max(shares)
        case "sensitivity":
            return 1 / k, float(is_most)
        case "specificity":
            return 1 - 1 / k, float(not is_most)
        case "macro_f1":
            chance = sum(_find_f1(share, 1 / k) for share in shares) / len(shares)
            return chance, _find_f1(max(shares), 1.0) / len(shares)
        case _:  # a mean over the classes of their sensitivities
            return 1 / k, 1 / len(shares)


def _find_of_findings(evaluation: Evaluation, name: str) -> tuple[float | None, float | None]:
    """What they get where an image may have several; None where an older file does not tell."""
    if name == "balanced_accuracy":
        return 0.5, 0.5
    judged = [figures for figures in evaluation.per_class.values() if figures.n]
    shares = [f.n / (f.n + f.others) for f in judged if f.others is not None]
    if name != "macro_f1" or not judged or len(shares) < len(judged):
        return None, None
    said = [float(p > 0.5) for p in shares]
    chance = sum(_find_f1(p, 0.5) for p in shares) / len(shares)
    majority = sum(_find_f1(p, s) for p, s in zip(shares, said, strict=True)) / len(shares)
    return chance, majority


def _find_f1(share: float, said: float) -> float:
    """The F1 of one who finds a class of this share in a share `said` of images, at random."""
    return 2 * share * said / (share + said)
