"""The figures of an answer: here the other hospital's labels are read, after the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from medapp.audit.probing import predict_out_of_fold
from medapp.errors import DataError
from medapp.notes import Note, sort_notes
from medapp.studies.travel.answers import Answers
from medapp.studies.travel.heads import find_starts, move_head
from medapp.studies.travel.judging import Truth, choose_by, judge, judge_own_labels
from medapp.studies.travel.labelling import draw_rows, list_lessons, trace_labels
from medapp.studies.travel.record import OWN_LABELS, READ, Declared, Figure, Travel, Tuned
from medapp.studies.travel.sides import Features, Floats, Ground, Indices, Mask, Tell
from medapp.studies.travel.tuning import DRAWS, EPOCHS, Tuner
from medapp.training.adaptation.table import SOURCE_ONLY
from medapp.training.examples import Inputs


@dataclass(frozen=True)
class Judged:
    """Images with labels: all, those that were declared, or the others, which figures are of.

    Attributes:
        rows: (J,) the numbers of these images among the target's.
        truth: of these.
        features: (J, F) by the run's own network.
        said: (J, K) probabilities by the run's own model.
        ways: each way to decide and its decisions (J,), the run's own model first.
    """

    rows: Indices
    truth: Truth
    features: Features
    said: Floats
    ways: Mapping[str, Indices]

    @property
    def own(self) -> Indices:
        """Decisions of the run's own model."""
        return self.ways[SOURCE_ONLY]

    def take(self, rows: Mask | Indices) -> "Judged":
        """Some of the images."""
        return Judged(
            self.rows[rows],
            self.truth.take(rows),
            self.features[rows],
            self.said[rows],
            {key: decided[rows] for key, decided in self.ways.items()},
        )


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
    everything = _gather(ground, answers)
    groups = everything.truth.groups
    declared = _draw_declared(ground, everything, labelled) if labelled else np.zeros(0, np.int64)
    judged = everything.take(~np.isin(groups, groups[declared]))
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
        curve=tuple(_trace_heads(judged)),
        tuned=_trace_tuned(ground, judged, minutes, tell) if minutes else None,
        declared=_choose(ground, everything, declared, judged) if labelled else None,
        chance=1 / len(np.unique(judged.truth.labels)),
        target_labels_read=READ,
        notes=sort_notes([*travel.notes, *_note_classes(ground, judged.truth)]),
    )


def _gather(ground: Ground, answers: Mapping[str, Answers]) -> Judged:
    """All images there with their labels."""
    index = {name: number for number, name in enumerate(ground.classes)}
    labels = [index[ground.mapping[sample.label]] for sample in ground.target.samples]
    return Judged(
        np.arange(len(labels)),
        Truth(np.array(labels, np.int64), ground.target.groups),
        ground.target.features,
        answers[SOURCE_ONLY].there,
        {key: each.decided for key, each in answers.items()},
    )


def _note_classes(ground: Ground, truth: Truth) -> list[Note]:
    shown = [ground.classes[label] for label in np.unique(truth.labels)]
    if len(shown) > 1:
        return []
    return [
        Note("one-class", f"All images there are {shown[0]}: figures are its sensitivity alone.")
    ]


def _trace_heads(judged: Judged) -> list[tuple[int, Figure]]:
    def learn(rows: Indices, is_held: Mask, draw: int) -> Indices | None:
        return _learn_head(judged, rows, np.flatnonzero(is_held))

    return trace_labels(judged.truth, judged.own, learn)


def _learn_head(judged: Judged, rows: Indices, others: Indices) -> Indices | None:
    """Decisions for other images by the run's head, moved on by some rows' labels."""
    both = judged.take(np.concatenate([rows, others]))
    is_taught = np.arange(len(both.rows)) < len(rows)
    truth = both.truth
    found = move_head(both.features, truth.labels, truth.groups, both.said, is_taught)
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


def _draw_declared(ground: Ground, everything: Judged, count: int) -> Indices:
    """The rows of a validation set, whole patients but for the last."""
    truth = everything.truth
    rows = draw_rows(truth, everything.rows, count, [0])
    if np.isin(truth.groups, truth.groups[rows]).all():
        raise DataError(
            f"{count:,} labelled images cannot be declared: they are of all patients of"
            f" {ground.data_set.name}, and others have to be left to judge on.",
            remedy="Declare 30 to 100, or fewer than half.",
        )
    return rows


def _choose(ground: Ground, everything: Judged, rows: Indices, judged: Judged) -> Declared:
    """Choose among all ways to decide by declared labels; the others' figure of what is chosen."""
    declared = everything.take(rows)
    ways = dict(declared.ways)
    held_out = _learn_in_folds(declared)
    if held_out is not None:
        ways[OWN_LABELS] = held_out
    chosen = choose_by(declared.truth, ways)
    decided = (
        _learn_head(everything, rows, judged.rows) if chosen == OWN_LABELS else judged.ways[chosen]
    )
    figure = None if decided is None else judge(judged.truth, decided, judged.own)
    names = tuple(ground.target.samples[row].name for row in rows.tolist())
    return Declared(len(rows), chosen, len(judged.rows), figure, names)


def _learn_in_folds(declared: Judged) -> Indices | None:
    """Decisions for labelled images by heads that the others of them moved on."""
    truth = declared.truth
    if len(np.unique(truth.labels)) < 2:
        return None
    starts = find_starts(declared.said)
    found = predict_out_of_fold(declared.features, truth.labels, truth.groups, starts=starts)
    return None if found is None else found.argmax(1)
