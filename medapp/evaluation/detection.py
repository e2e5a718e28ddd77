"""A finding that is there or not, with a score for it: one class, or several against the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from medapp.errors import RecipeError, Remedy
from medapp.evaluation.case import build_case
from medapp.evaluation.estimates import Units
from medapp.evaluation.metrics import Floats, Mask
from medapp.evaluation.patients import number_units
from medapp.evaluation.positive import find_positive
from medapp.task import Task, find_task


@dataclass(frozen=True)
class Detection:
    """A finding that is there or not, with a score for it: what a threshold is laid through.

    Attributes:
        name: the finding, in words.
        scores: (N,) its probabilities.
        true: (N,) whether it is there.
        units: (N,) the number of each image's unit, 0 … count - 1.
        counted: "patients" or "images": what units are.
        where: the images, in words, such as "validation split".
        left_out: patients who have images with the finding and others without it, where patients
            are judged in place of images.
    """

    name: str
    scores: Floats
    true: Mask
    units: Units
    counted: str
    where: str = ""
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.units.max(initial=-1)) + 1

    @property
    def prevalence(self) -> float:
        """The share of images with the finding; 0 without images."""
        return float(self.true.mean()) if len(self.true) else 0.0

    @property
    def noun(self) -> str:
        """What one thing that is judged is called, in the plural."""
        is_one_each = self.counted == "patients" and self.count == len(self.true)
        return "patients" if is_one_each else "images"


def build_detection(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str | None] | None = None,
    task: Task | None = None,
    positives: Sequence[str] = (),
    where: str = "",
    per_patient: bool = False,
) -> Detection:
    """One finding out of predictions; the first five arguments are those of `evaluate.evaluate`.

    Args:
        positives: the classes that count as the finding, their probabilities added up; of two
            classes `find_positive` names it where none is given. Of several findings one.
        where: the images, in words.
        per_patient: a patient counts once, by the mean of the probabilities of his or her images;
            who has images with the finding and others without it is left out.

    Raises:
        RecipeError: the classes do not tell which is the finding, or one is not among them.
    """
    task = task or find_task("single-label")
    case = build_case(probabilities, truth, classes, task)
    columns = find_columns(classes, positives, task)
    known = case.true[:, columns[0]] | case.false[:, columns[0]]
    # Classes that exclude each other are all known, or none is.
    units, counted, _ = number_units(groups, len(case.scores))
    _, kept = np.unique(units[known], return_inverse=True)
    true: Mask = np.any(case.true[known][:, columns], axis=1)
    found = Detection(
        " or ".join(classes[c] for c in columns),
        case.scores[known][:, columns].sum(axis=1),
        true,
        kept.astype(np.intp),
        counted,
        where,
    )
    return _gather_patients(found) if per_patient and counted == "patients" else found


def _gather_patients(found: Detection) -> Detection:
    """A finding of patients in place of images."""
    sizes = np.bincount(found.units, minlength=found.count)
    means = np.bincount(found.units, found.scores, found.count) / sizes
    having = np.bincount(found.units, found.true, found.count)
    kept = np.flatnonzero((having == 0) | (having == sizes))
    return replace(
        found,
        scores=means[kept],
        true=having[kept] > 0,
        units=np.arange(len(kept)),
        left_out=found.count - len(kept),
    )


def find_columns(classes: Sequence[str], positives: Sequence[str], task: Task) -> list[int]:
    """The places of the classes that are the finding, in the order of the classes.

    Raises:
        RecipeError: see `build_detection`.
    """
    names = list(classes)
    strangers = [name for name in positives if name not in names]
    if strangers:
        raise RecipeError(
            f"{strangers[0]!r} is none of the {task.nouns} {', '.join(names)}.",
            remedy=f"Name one of these {task.nouns}.",
            setting="positive",
        )
    wanted = set(positives)
    if not wanted and len(names) == 1:
        wanted = set(names)
    found = find_positive(names) if not task.has_several else None
    if not wanted and found is not None:
        wanted = {found.name}
    if not wanted:
        raise RecipeError(
            f"Which of the {task.nouns} {', '.join(names)} is to be found?",
            remedy=_ask_which(task),
            setting="positive",
        )
    if task.has_several and len(wanted) > 1:
        raise RecipeError(
            f"{', '.join(sorted(wanted))} do not exclude each other, so their probabilities do not"
            " add up to one for any of them.",
            remedy="Name one finding.",
            setting="positive",
        )
    if not task.has_several and len(wanted) == len(names):
        raise RecipeError(
            f"All {task.nouns} count as the finding, so that none is left to tell it from.",
            remedy=f"Leave one of the {task.nouns} out.",
            setting="positive",
        )
    return [c for c, name in enumerate(names) if name in wanted]


def _ask_which(task: Task) -> Remedy:
    """How to say what is to be found: findings that do not exclude each other go one by one."""
    several = "" if task.has_several else ", or several that count as one"
    text = f"Name one of these {task.nouns}{several}"
    return Remedy(f"{text}.", f"{text}: --positive {task.noun.upper()}.")
