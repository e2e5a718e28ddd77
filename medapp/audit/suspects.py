"""Images whose label is probably wrong: a probe that has not seen them says otherwise."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.audit.labels import Suspects, find_suspects
from medapp.audit.questions import Question, estimate_aurocs, list_questions
from medapp.data.notes import count
from medapp.evaluation.estimates import Estimate, average
from medapp.evaluation.words import write_figure, write_probability
from medapp.store.threads import OnProgress

# The lower end of the interval below which a probe knows too little to doubt a label.
LEAST_AUROC = 0.7
REMEDY = (
    "Look at each: the label, the probe or the image may be at fault. Relabel, leave out or keep."
)


def find_suspected_labels(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """Per question that the labels answer, a finding that lists the labels that are suspected."""
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
    groups = []
    for row, proposed in zip(suspects.rows.tolist(), suspects.proposed.tolist(), strict=True):
        own = question.labels[row]
        text = (
            f"labelled {question.classes[own]} ({write_probability(probabilities[row, own])}),"
            f" looks like {question.classes[proposed]}"
            f" ({write_probability(probabilities[row, proposed])})"
        )
        label = question.write_label(row, proposed)
        groups.append(build_group([question.samples[row]], text, label))
    of = f" of {question.finding}" if question.finding else ""
    found = count(len(groups), "label", "labels")
    seems = "is" if len(groups) == 1 else "are"
    summary = (
        f"{found}{of} {seems} unlikely by what similar images are labelled. The probe that says so"
        f" agrees with {agreement:.0%} of the labels, each judged without its patient and copies:"
        " where it agrees with few, it errs as often as the labels."
    )
    return Finding("suspected_label", "caution", summary, tuple(groups), REMEDY)
