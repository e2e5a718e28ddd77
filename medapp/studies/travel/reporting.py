"""The figures of an answer: here the other hospital's labels are read, after the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from medapp.audit.probing import predict_out_of_fold
from medapp.errors import DataError
from medapp.notes import Note, sort_notes
from medapp.studies.travel.answers import Answers
from medapp.studies.travel.heads import teach_head
from medapp.studies.travel.judging import Mask, Truth, choose_by, judge, judge_own_labels
from medapp.studies.travel.labelling import draw_rows, list_lessons, trace_labels
from medapp.studies.travel.record import OWN_LABELS, READ, Declared, Figure, Travel, Tuned
from medapp.studies.travel.sides import Features, Ground, Indices, Tell
from medapp.studies.travel.tuning import DRAWS, EPOCHS, Tuner
from medapp.training.adaptation.table import SOURCE_ONLY
from medapp.training.feed import Inputs


@dataclass(frozen=True)
class Judged:
    """The images that figures are of: all, or those whose labels were not declared.

    Attributes:
        rows: (J,) of the target's images.
        truth: of these.
        features: (J, F) by the run's own network.
        ways: each way to decide and its decisions (J,), the run's own model first.
    """

    rows: Indices
    truth: Truth
    features: Features
    ways: Mapping[str, Indices]

    @property
    def own(self) -> Indices:
        """Decisions of the run's own model."""
        return self.ways[SOURCE_ONLY]


def report(
    ground: Ground,
    travel: Travel,
    answers: Mapping[str, Answers],
    labelled: int,
    minutes: float,
    tell: Tell,
) -> Travel:
    """An answer with its figures.

    Args:
        answers: each way to decide, the run's own model first.
        labelled: so many images choose among the ways, and the others are judged.
        minutes: for fine-tuning on labels of there; 0 for none.

    Raises:
        DataError: so many declared images leave nothing to judge on.
    """
    index = {name: number for number, name in enumerate(ground.classes)}
    labels = [index[ground.mapping[sample.label]] for sample in ground.target.samples]
    truth = Truth(np.array(labels, np.int64), ground.target.groups)
    ways = {key: each.decided for key, each in answers.items()}
    declared = _draw_declared(ground, truth, labelled) if labelled else np.zeros(0, np.int64)
    is_judged = ~np.isin(truth.groups, truth.groups[declared])
    judged = _take(ground, truth, ways, is_judged)
    own = judged.own
    tell("What labelling buys", 0, 1)
    return replace(
        travel,
        source_only=judge(judged.truth, own),
        methods={
            key: judge(judged.truth, decided, own)
            for key, decided in judged.ways.items()
            if key != SOURCE_ONLY
        },
        own_labels=judge_own_labels(judged.truth, judged.features, own),
        curve=tuple(_trace_heads(ground, judged)),
        tuned=_trace_tuned(ground, judged, minutes, tell) if minutes else None,
        declared=_choose(ground, truth, ways, declared, judged) if labelled else None,
        chance=1 / len(np.unique(judged.truth.labels)),
        target_labels_read=READ,
        notes=sort_notes([*travel.notes, *_note_classes(ground, judged.truth)]),
    )


def _take(ground: Ground, truth: Truth, ways: Mapping[str, Indices], is_judged: Mask) -> Judged:
    return Judged(
        np.flatnonzero(is_judged),
        truth.take(is_judged),
        ground.target.features[is_judged],
        {key: decided[is_judged] for key, decided in ways.items()},
    )


def _note_classes(ground: Ground, truth: Truth) -> list[Note]:
    shown = [ground.classes[label] for label in np.unique(truth.labels)]
    if len(shown) > 1:
        return []
    return [
        Note("one-class", f"All images there are {shown[0]}: figures are its sensitivity alone.")
    ]


def _trace_heads(ground: Ground, judged: Judged) -> list[tuple[int, Figure]]:
    def learn(rows: Indices, is_held: Mask, draw: int) -> Indices | None:
        return _learn_head(ground, judged.truth, judged.features, rows, is_held)

    return trace_labels(judged.truth, judged.own, learn)


def _learn_head(
    ground: Ground, truth: Truth, features: Features, rows: Indices, is_other: Mask
) -> Indices | None:
    """Decisions for other images by a head that learned from some rows' labels."""
    found = teach_head(
        features[rows],
        truth.labels[rows],
        truth.groups[rows],
        features[is_other],
        len(ground.classes),
    )
    return None if found is None else found.argmax(1)


def _trace_tuned(ground: Ground, judged: Judged, minutes: float, tell: Tell) -> Tuned:
    lessons = len(list_lessons(len(judged.rows) // 2, DRAWS))

    def hear() -> None:
        tell("Fine-tuning on labels there", tuner.trainings, lessons)

    pixels = ground.target.pixels
    inputs = Inputs(pixels.rows, pixels.numbers[judged.rows])
    tuner = Tuner(ground.model, inputs, judged.truth, minutes, hear)
    curve = trace_labels(judged.truth, judged.own, tuner.learn, tuner.has_time, DRAWS)
    return Tuned(minutes, EPOCHS, tuner.trainings, tuple(curve))


def _draw_declared(ground: Ground, truth: Truth, count: int) -> Indices:
    """The rows of a validation set, whole patients but for the last."""
    rows = draw_rows(truth, np.arange(len(truth.labels)), count, [0])
    if np.isin(truth.groups, truth.groups[rows]).all():
        raise DataError(
            f"{count:,} labelled images cannot be declared: they are of all patients of"
            f" {ground.data_set.name}, and others have to be left to judge on.",
            remedy="Declare 30 to 100, or fewer than half.",
        )
    return rows


def _choose(
    ground: Ground,
    truth: Truth,
    ways: Mapping[str, Indices],
    rows: Indices,
    judged: Judged,
) -> Declared:
    """Choose among all ways to decide by declared labels; the others' figure of what is chosen."""
    seen = truth.take(rows)
    features = ground.target.features
    compared = {key: decided[rows] for key, decided in ways.items()}
    held_out = _learn_in_folds(seen, features[rows])
    if held_out is not None:
        compared[OWN_LABELS] = held_out
    chosen = choose_by(seen, compared)
    decided: Indices | None
    if chosen == OWN_LABELS:
        is_judged = np.isin(np.arange(len(truth.labels)), judged.rows)
        decided = _learn_head(ground, truth, features, rows, is_judged)
    else:
        decided = judged.ways[chosen]
    figure = None if decided is None else judge(judged.truth, decided, judged.own)
    names = tuple(ground.target.samples[row].name for row in rows.tolist())
    return Declared(len(rows), chosen, len(judged.rows), figure, names)


def _learn_in_folds(seen: Truth, features: Features) -> Indices | None:
    """Decisions for labelled images by heads that learned from the others of them."""
    names, labels = np.unique(seen.labels, return_inverse=True)
    if len(names) < 2:
        return None
    said = predict_out_of_fold(features, labels, seen.groups)
    return None if said is None else names[said.argmax(1)]
