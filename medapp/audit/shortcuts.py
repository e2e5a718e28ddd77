"""Shortcuts: labels that can be told from what has nothing to do with a disease.

A network takes the easiest way. Where the label can be told from an image's size, its brightness or
a mark in its corner, a good figure may say no more than that, and fails elsewhere (Geirhos et al.
2020, doi:10.1038/s42256-020-00257-z; of radiographs: Zech et al. 2018,
doi:10.1371/journal.pmed.1002683).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.audit.cues import list_cues
from medapp.audit.finding import Finding, Group, build_group
from medapp.audit.ground import Ground
from medapp.audit.measures import measure
from medapp.audit.questions import Question, estimate_aurocs, list_questions
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.words import write_figure
from medapp.store.threads import OnProgress

# The lower end of an interval from which a cue is called a shortcut; docs/results.md.
LEAST = 0.8
# From the rim anything up to this is usual, as it shows the size and the place of the body.
LEAST_RIM = 0.9
EXAMPLES = 6
REMEDY = (
    "Compare the examples. If the cue has nothing to do with the disease, make images alike in it"
    " (crop, resize, leave out), and judge on images from elsewhere."
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Telling:
    """How well one class can be told from the rest.

    Attributes:
        answer: the class, of the K.
        auroc: cross-validated, with an interval clustered by patient and picture.
        scores: (N,) probabilities of the class.
    """

    answer: int
    auroc: Estimate
    scores: Floats


def find_shortcuts(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """The cues by which a class can be told, and the rim of the image where that suffices."""
    found = []
    for question in list_questions(ground):
        found += [*_find_by_cues(ground, question, on_progress)]
        found += [*_find_by_rim(ground, question, on_progress)]
    return found


def tell(
    columns: NDArray[np.float32], question: Question, on_progress: OnProgress
) -> Telling | None:
    """How well the class that is told best can be told; None where nothing can be held out."""
    return find_best(tell_each(columns, question, on_progress))


def tell_each(
    columns: NDArray[np.float32], question: Question, on_progress: OnProgress
) -> list[Telling]:
    """How well each class can be told, in their order; empty where nothing can be held out."""
    from medapp.audit.probing import predict_out_of_fold

    probabilities = predict_out_of_fold(columns, question.labels, question.groups, on_progress)
    if probabilities is None:
        return []
    return [
        Telling(answer, auroc, probabilities[:, answer])
        for answer, auroc in enumerate(estimate_aurocs(question, probabilities))
    ]


def find_best(tellings: Sequence[Telling]) -> Telling | None:
    """The class that is told best; of two, the second: of a finding, that it is there."""
    return max(tellings, key=lambda t: (round(t.auroc.interval[0], 9), t.answer), default=None)


def _find_by_cues(ground: Ground, question: Question, on_progress: OnProgress) -> Iterator[Finding]:
    measures = measure(ground.workspace, question.samples)
    cues = list(list_cues(question.samples, measures))
    for number, (cue, columns) in enumerate(cues):
        telling = tell(columns, question, lambda *_, at=number: on_progress(at, len(cues)))
        if telling is not None and telling.auroc.interval[0] >= LEAST:
            name = _name(question, telling.answer)
            figure = write_figure(telling.auroc.value, telling.auroc.interval)
            whether = f"{question.finding} is there" if question.finding else f"an image is {name}"
            text = (
                f"Whether {whether} can be told from {cue}"
                f" alone: AUROC {figure}. A model may learn that and nothing of the disease."
            )
            groups = _choose_examples(question, telling)
            yield Finding("shortcut", "caution", text, groups, REMEDY)


def _find_by_rim(ground: Ground, question: Question, on_progress: OnProgress) -> Iterator[Finding]:
    from medapp.audit.features import RIM, load_features

    chosen = (ground.workspace, ground.data_set, question.samples, on_progress)
    rim = tell(load_features(*chosen, without_middle=True), question, on_progress)
    if rim is None or rim.auroc.interval[0] < LEAST_RIM:
        return
    # Of the same class, as figures of two classes do not compare.
    wholes = tell_each(load_features(*chosen), question, on_progress)
    whole = next((telling for telling in wholes if telling.answer == rim.answer), None)
    beside = "" if whole is None else f" The whole image gives {_write(question, whole)}."
    text = (
        f"With the middle removed, the outer {RIM:.0%} of each side still tell"
        f" {_write(question, rim)}.{beside} What is left shows the size and place of the body, how"
        " it was framed, and what was burnt in: such differences between classes can stand for the"
        " disease."
    )
    yield Finding("shortcut", "info", text, _choose_examples(question, rim), REMEDY)


def _write(question: Question, telling: Telling) -> str:
    figure = write_figure(telling.auroc.value, telling.auroc.interval)
    return f"{_name(question, telling.answer)} from the rest with an AUROC of {figure}"


def _name(question: Question, answer: int) -> str:
    return question.classes[answer]


def _choose_examples(question: Question, telling: Telling) -> tuple[Group, ...]:
    """Images of the class, and others, of which the cue says so most clearly; a group each."""
    is_it = question.labels == telling.answer
    name = _name(question, telling.answer)
    sides = ((f"most clearly {name}", is_it, 1), (f"most clearly not {name}", ~is_it, -1))
    groups = []
    for text, mask, sign in sides:
        rows = np.flatnonzero(mask)
        order = rows[np.argsort(-sign * telling.scores[rows], kind="stable")][:EXAMPLES]
        groups.append(build_group([question.samples[row] for row in order.tolist()], text))
    return tuple(groups)
