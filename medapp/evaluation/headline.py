"""The figures that say first how good a model is, each beside what needs no model.

Cards, tables and the shell take them from here, so that each says the same.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import Interval
from medapp.evaluation.words import write_figure
from medapp.task import find_task
from medapp.task.task import WORST

TITLES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_sensitivity": "Macro sensitivity",
    "macro_f1": "Macro F1",
    "macro_auroc": "Macro AUROC",
    "macro_average_precision": "Macro average precision",
    "quadratic_kappa": "Quadratic kappa",
    "mean_absolute_error": "Mean error in grades",
    "within_one_grade": "Within one grade",
    "average_precision": "Average precision",
    "auroc": "AUROC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "precision": "Precision",
    "f1": "F1",
}
# One class is the finding: what is said of it, beside the figures of both; by these models are
# compared, the first first, and by the second tuple they are shown.
OF_TWO = ("balanced_accuracy", "sensitivity", "specificity", "auroc", "accuracy")
SHOWN_OF_TWO = ("auroc", "sensitivity", "specificity", "average_precision", "balanced_accuracy")

YOUNG = ("average_precision", "within_one_grade")  # figures that older files lack


def write_title(figure: str) -> str:
    """What a figure is called within a sentence, such as "balanced accuracy" or "AUROC"."""
    title = TITLES.get(figure, figure)
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


@dataclass(frozen=True)
class Headline:
    """One figure for a reader.

    Attributes:
        name: its key in `Evaluation`, or in `ClassFigures` where it speaks of one class.
        title: what people call it; holds the class's name where it speaks of one class.
        value: in 0 to 1 (kappa in -1 to 1, the error of grades from 0); None where it is undefined.
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


def list_shown(evaluation: Evaluation, worst: str = "") -> tuple[Headline, ...]:
    """The figures that a reader sees first; what an older file lacks is left out.

    Args:
        worst: the class that is told worst; found where none is named.
    """
    if evaluation.positive:
        found = [_build(evaluation, name, evaluation.positive) for name in SHOWN_OF_TWO]
    else:
        task = find_task(evaluation.task)
        named = worst or find_worst(evaluation)
        found = [
            _build_worst(evaluation, named) if name == WORST else _build(evaluation, name)
            for name in task.shown or task.figures
            if name != WORST or named
        ]
    return tuple(one for one in found if one.value is not None or one.name not in YOUNG)


def find_worst(evaluation: Evaluation) -> str:
    """The class whose images are missed most; empty where no sensitivity is defined."""
    known = {
        name: figures.sensitivity
        for name, figures in evaluation.per_class.items()
        if figures.sensitivity is not None
    }
    return min(known, key=lambda name: known[name]) if known else ""


def _build_worst(evaluation: Evaluation, name: str) -> Headline:
    found = _build(evaluation, "sensitivity", name)
    noun = find_task(evaluation.task).noun
    return replace(found, title=f"{found.title}, the worst {noun}")


def state_references(evaluation: Evaluation) -> str:
    """What stands beside the figures: what guessing is, and the majority."""
    task = find_task(evaluation.task)
    picked = f"The worst {task.noun} was picked by these very images, so its figure leans low."
    if task.has_several:
        return (
            "Guessing tosses a coin for each finding; majority says of each finding what holds for"
            f" most images. Of the average precision both get the finding's share. {picked}"
        )
    said = f"Guessing takes each {task.noun} as often; majority calls each image what most are."
    if not evaluation.positive:
        return f"{said} {picked}"
    if evaluation.per_class[evaluation.positive].average_precision is None:
        return said
    return f"{said} Of the average precision both get the class's share of the images."


def _build(evaluation: Evaluation, name: str, of_class: str = "") -> Headline:
    if hasattr(evaluation, name):
        value = getattr(evaluation, name)
        interval = evaluation.intervals.get(name)
        title = TITLES[name]
    else:
        figures = evaluation.per_class[of_class]
        value = getattr(figures, name)
        interval = figures.intervals.get(name)
        # That of one of two classes is that of the other.
        is_of_both = name == "auroc" and bool(evaluation.positive)
        title = TITLES[name] if is_of_both else f"{TITLES[name]} for {of_class}"
    if "auroc" in name:
        chance: float | None = 0.5
        majority: float | None = 0.5
    elif name == "quadratic_kappa":
        chance = majority = 0.0
    elif evaluation.confusion:
        chance, majority = _find_of_labels(evaluation, name, of_class)
    else:
        chance, majority = _find_of_findings(evaluation, name, of_class)
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
        case "mean_absolute_error":
            return _find_errors(list(counts.values()))
        case "within_one_grade":
            return _find_near(list(counts.values()))
        case "average_precision":
            # In any order but by the class, precision is its share of the images.
            return (counts[of_class] / sum(counts.values()),) * 2
        case _:  # a mean over the classes of their sensitivities
            return 1 / k, 1 / len(shares)


def _find_of_findings(
    evaluation: Evaluation, name: str, of_class: str
) -> tuple[float | None, float | None]:
    """What they get where an image may have several; None where an older file does not tell."""
    if name == "balanced_accuracy":
        return 0.5, 0.5
    if name == "sensitivity":
        figures = evaluation.per_class[of_class]
        return 0.5, None if figures.others is None else float(figures.n > figures.others)
    judged = [f for f in evaluation.per_class.values() if f.sensitivity is not None]
    shares = [f.n / (f.n + f.others) for f in judged if f.others is not None]
    if name == "macro_average_precision" and shares:
        # In any order but by the finding, precision is its share of the images.
        return (sum(shares) / len(shares),) * 2
    if name != "macro_f1" or not judged or len(shares) < len(judged):
        return None, None
    said = [float(p > 0.5) for p in shares]
    chance = sum(_find_f1(p, 0.5) for p in shares) / len(shares)
    majority = sum(_find_f1(p, s) for p, s in zip(shares, said, strict=True)) / len(shares)
    return chance, majority


def _find_errors(counts: Sequence[int]) -> tuple[float, float]:
    """The mean error in grades of one who guesses, and of one who always says the commonest."""
    k = len(counts)
    n = sum(counts)
    most = counts.index(max(counts))
    guessed = sum(count * abs(i - j) for i, count in enumerate(counts) for j in range(k)) / k
    return guessed / n, sum(count * abs(i - most) for i, count in enumerate(counts)) / n


def _find_near(counts: Sequence[int]) -> tuple[float, float]:
    """How often who guesses, and who always says the commonest, is at most one grade off."""
    k = len(counts)
    n = sum(counts)
    most = counts.index(max(counts))
    guessed = sum(c * sum(abs(i - j) <= 1 for j in range(k)) for i, c in enumerate(counts)) / k
    return guessed / n, sum(c for i, c in enumerate(counts) if abs(i - most) <= 1) / n


def _find_f1(share: float, said: float) -> float:
    """The F1 of one who finds a class of this share in a share `said` of images, at random."""
    return 2 * share * said / (share + said)
