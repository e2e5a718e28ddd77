"""Images whose label is probably wrong: a probe that has not seen them says otherwise."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from medapp.audit.finding import Finding, Group, build_group
from medapp.audit.ground import Ground
from medapp.audit.labels import Suspects, find_suspected_grades, find_suspects
from medapp.audit.questions import Question, estimate_aurocs, list_questions
from medapp.data.notes import count
from medapp.data.samples import Sample
from medapp.evaluation.estimates import Estimate, average
from medapp.evaluation.words import write_figure, write_probability
from medapp.store.threads import OnProgress

# The lower end of the interval below which a probe knows too little to doubt a label.
LEAST_AUROC = 0.7
REMEDY = (
    "Look at each: the label, the probe or the image may be at fault. Relabel, leave out or keep."
)


def find_suspected_labels(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Per question that the labels answer, the pictures whose label is suspected."""
    return [f for question in list_questions(ground) for f in _judge(ground, question, on_progress)]


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
    # Between two grades the order says nothing that the classes do not.
    if question.places is not None and len(question.places) > 2:
        suspects = find_suspected_grades(probabilities, question.labels, question.places)
    else:
        suspects = find_suspects(probabilities, question.labels)
    if len(suspects.rows):
        yield _describe(question, probabilities, suspects)


def _say_unjudged(question: Question, auroc: Estimate | None) -> Finding:
    of = f" of {question.finding}" if question.finding else ""
    figure = "undefined" if auroc is None else write_figure(auroc.value, auroc.interval)
    text = (
        f"The labels{of} could not be judged: by what similar images of other patients are"
        f" labelled, the classes can hardly be told apart (AUROC {figure})."
    )
    return Finding("suspected_label", "info", text)


def _describe(
    question: Question, probabilities: NDArray[np.float64], suspects: Suspects
) -> Finding:
    agreement = float(np.mean(probabilities.argmax(axis=1) == question.labels))
    groups = tuple(_build_groups(question, probabilities, suspects))
    of = f" of {question.finding}" if question.finding else ""
    found = count(len(groups), "picture has a label", "pictures have a label")
    is_graded = question.places is not None
    near = " One grade off counts only where it is nearly certain." if is_graded else ""
    summary = (
        f"{found}{of} that is unlikely by what similar images are labelled.{near} The probe that"
        f" says so agrees with {agreement:.0%} of the labels, each judged without its patient and"
        " copies: where it agrees with few, it errs as often as the labels."
    )
    return Finding("suspected_label", "caution", summary, groups, REMEDY)


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
        yield build_group(images, text, label, question.finding)


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
    if question.places is None:
        return f"{text} ({write_probability(probabilities[proposed])})"
    apart = abs(question.places[proposed] - question.places[own])
    return f"{text}, {count(int(apart), 'grade', 'grades')} apart"
