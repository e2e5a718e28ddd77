"""Images whose label is probably wrong: a probe that has not seen them says otherwise."""

from collections.abc import Iterator

import numpy as np

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.audit.labels import Suspects, find_suspects
from medapp.audit.questions import Question, list_questions
from medapp.data.notes import count
from medapp.evaluation.words import write_probability
from medapp.store.threads import OnProgress

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
    probabilities = predict_out_of_fold(features, question.labels, question.groups)
    if probabilities is None:
        return
    suspects = find_suspects(probabilities, question.labels)
    if len(suspects.rows):
        right = probabilities.argmax(axis=1) == question.labels
        yield _describe(question, probabilities, suspects, float(np.mean(right)))


def _describe(
    question: Question, probabilities: np.ndarray, suspects: Suspects, agreement: float
) -> Finding:
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
