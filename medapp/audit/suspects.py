"""Images whose label is probably wrong: a probe that has not seen them says otherwise."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.audit.finding import Finding, Group, build_group
from medapp.audit.ground import Ground
from medapp.audit.labels import (
    Suspects,
    find_suspected_grades,
    find_suspects,
    propose_grades,
)
from medapp.audit.questions import LEAST_GROUPS, Question, estimate_aurocs, list_questions
from medapp.data.notes import count
from medapp.data.samples import Sample
from medapp.evaluation.estimates import Estimate, average
from medapp.evaluation.words import write_figure, write_probability
from medapp.store.threads import OnProgress
from medapp.task import find_task

# The lower end of the interval below which a probe knows too little to doubt a label.
LEAST_AUROC = 0.7
REMEDY = (
    "Look at each: the label, the probe or the image may be at fault. Relabel, leave out or keep."
)


def find_suspected_labels(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Per question that the labels answer, the pictures whose label is suspected."""
    questions = list_questions(ground)
    found = [f for question in questions for f in _judge(ground, question, on_progress)]
    return [*found, *_say_unasked(ground, questions)]


def _say_unasked(ground: Ground, questions: Sequence[Question]) -> Iterator[Finding]:
    """Which classes are too small to be asked about, where there are several classes."""
    task = find_task(ground.data_set.task)
    asked = {name for q in questions for name in ([q.finding] if q.finding else q.classes)}
    unasked = [name for name in ground.data_set.classes if name not in asked]
    if not unasked or len(ground.data_set.classes) < max(2, task.min_classes):
        return
    noun = task.noun if len(unasked) == 1 else task.nouns
    whose = (
        "with the finding, and as many without"
        if task.has_several
        else f"of the {task.noun} and of another"
    )
    text = (
        f"Whether labels of the {noun} {', '.join(unasked)} are wrong was not judged: that needs at"
        f" least {LEAST_GROUPS} patients, or pictures that are no copies, {whose}."
    )
    yield Finding("suspected_label", "info", text)


def _judge(ground: Ground, question: Question, on_progress: OnProgress) -> Iterator[Finding]:
    from medapp.audit.features import load_features
    from medapp.audit.probing import predict_out_of_fold

    features = load_features(ground.workspace, ground.data_set, question.samples, on_progress)
    probabilities = predict_out_of_fold(features, question.labels, question.groups, on_progress)
    if probabilities is None:
        return
    auroc = average(estimate_aurocs(question, probabilities))
    if auroc is None or auroc.interval[0] < LEAST_AUROC:
        yield _say_unjudged(question, auroc)
        return
    if question.places is not None and question.is_graded:
        suspects = find_suspected_grades(probabilities, question.labels, question.places)
    else:
        suspects = find_suspects(probabilities, question.labels)
    if len(suspects.rows):
        yield _describe(question, probabilities, suspects)


def _say_unjudged(question: Question, auroc: Estimate | None) -> Finding:
    of = f" of {question.finding}" if question.finding else ""
    figure = "undefined" if auroc is None else write_figure(auroc.value, auroc.interval)
    whose = " of other patients" if question.has_patients else ""
    if auroc is not None and auroc.interval[1] >= LEAST_AUROC:
        how = "there are too few images to say how well they can be told"
    else:
        how = "they can hardly be told"
    text = (
        f"The labels{of} could not be judged: {how} by what similar images{whose} are labelled"
        f" (AUROC {figure})."
    )
    return Finding("suspected_label", "info", text)


def _describe(
    question: Question, probabilities: NDArray[np.float64], suspects: Suspects
) -> Finding:
    groups = tuple(_build_groups(question, probabilities, suspects))
    of = f" of {question.finding}" if question.finding else ""
    found = count(len(groups), "picture has a label", "pictures have a label")
    near = " One grade off counts only where it is nearly certain." if question.is_graded else ""
    apart = "its patient and copies" if question.has_patients else "its copies"
    unknown = "" if question.has_patients else " As patients are not known, those of one may agree."
    summary = (
        f"{found}{of} that is unlikely by what similar images are labelled.{near} The probe that"
        f" says so {_say_agreement(question, probabilities)}, each judged without {apart}, and errs"
        f" as well.{unknown}"
    )
    return Finding("suspected_label", "caution", summary, groups, REMEDY)


def _say_agreement(question: Question, probabilities: NDArray[np.float64]) -> str:
    """How many labels the probe says too, beside how many the commonest class alone would."""
    labels = question.labels
    picked = probabilities.argmax(axis=1)
    near = ""
    if question.places is not None and question.is_graded:
        picked = propose_grades(probabilities, question.places)
        gaps = np.abs(question.places[picked] - question.places[labels])
        near = f" and is one grade off at most in {np.mean(gaps <= 1):.0%}"
    usual = int(np.bincount(labels).argmax())
    share = np.mean(labels == usual)
    return (
        f"agrees with {np.mean(picked == labels):.0%} of the labels"
        f" (always {question.classes[usual]}: {share:.0%}){near}"
    )


def _build_groups(
    question: Question, probabilities: NDArray[np.float64], suspects: Suspects
) -> Iterator[Group]:
    """A group a picture: the image that is suspected most, and its copies under the same label."""
    same: dict[tuple[str, str], list[int]] = {}
    for row, sample in enumerate(question.samples):
        same.setdefault(_name_picture(sample), []).append(row)
    for row, proposed in zip(suspects.rows.tolist(), suspects.proposed.tolist(), strict=True):
        copies = same.pop(_name_picture(question.samples[row]), [])
        if not copies:
            continue  # It stands in the group of a copy already.
        rows = [row, *(copy for copy in copies if copy != row)]
        text = _write_doubt(question, probabilities[row], row, proposed)
        if len(rows) > 1:
            text += f", and {count(len(rows) - 1, 'copy', 'copies')}"
        label = question.write_label(row, proposed)
        images = [question.samples[member] for member in rows]
        yield build_group(images, text, label, question.finding, images[0].label)


def _name_picture(sample: Sample) -> tuple[str, str]:
    return sample.copy_group or sample.content_hash, sample.label


def _write_doubt(
    question: Question, probabilities: NDArray[np.float64], row: int, proposed: int
) -> str:
    own = question.labels[row]
    text = (
        f"labelled {question.classes[own]} ({write_probability(probabilities[own])}), looks like"
        f" {question.classes[proposed]}"
    )
    if question.places is None or not question.is_graded:
        return f"{text} ({write_probability(probabilities[proposed])})"
    apart = abs(question.places[proposed] - question.places[own])
    return f"{text}, {count(int(apart), 'grade', 'grades')} apart"
