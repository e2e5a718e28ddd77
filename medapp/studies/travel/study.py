"""Whether a run's model travels to another hospital: asked once, kept as a study.

A study is a folder with `study.json`, which is all of `Travel`, and `predictions.parquet`: what the
run's model and each adapted head decide of each image there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from medapp.audit.probing import predict_out_of_fold
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.notes import Note, sort_notes
from medapp.runs.run import Run
from medapp.store.files import open_replacing
from medapp.store.workspace import Workspace
from medapp.studies.folder import name_study
from medapp.studies.travel.answers import Answers, answer_adapted, answer_as_is
from medapp.studies.travel.judging import (
    Truth,
    choose_by,
    draw_rows,
    judge,
    judge_own_labels,
    learn_from,
    trace_labels,
)
from medapp.studies.travel.record import OWN_LABELS, READ, Declared, Travel, save_travel
from medapp.studies.travel.rule import Verdict, decide
from medapp.studies.travel.sides import Ground, Tell, open_sides
from medapp.studies.travel.signals import measure_distance, score_answers, tell_sites
from medapp.training.adaptation.table import SOURCE_ONLY

FEW = 100  # images below which AdaBN's statistics are unsure


def run_travel(
    workspace: Workspace,
    run: Run,
    data_set: DataSet,
    labelled: int = 0,
    asked: Mapping[str, str] | None = None,
    on_progress: Tell | None = None,
) -> Travel:
    """Ask whether a run's model travels to the hospital of a data set, and keep the answer.

    The verdict stands before a label of that hospital is read.

    Args:
        labelled: so many of its images, drawn by patient, are declared a validation set by which
            one of the ways to decide is chosen.
        asked: its classes to the run's, where names do not tell; "" leaves a class out.

    Raises:
        RunError: the run has no model, or its images are not in this workspace.
        DataError: what both ask for cannot be compared, or too few images are left.
    """
    tell = on_progress or (lambda title, done, total: None)
    ground = open_sides(workspace, run, data_set, asked, tell)
    own = answer_as_is(ground)
    adapted, closed = answer_adapted(ground, tell)
    tell("Comparing the hospitals", 0, 1)
    distance = measure_distance(ground.source.looks, ground.labels, ground.target.looks)
    travel = _describe(ground, own, adapted, closed, decide(distance), distance)
    if ground.mapping:
        tell("Reading the labels", 0, 1)
        travel = _report(ground, travel, own, adapted, labelled)
    elif labelled:
        raise DataError(
            f"{data_set.name} and run {run.name} have no class in common, so no label can be used.",
            remedy="Say which class means which.",
        )
    _save(workspace, travel, ground, {SOURCE_ONLY: own, **adapted})
    return travel


def _describe(
    ground: Ground,
    own: Answers,
    adapted: Mapping[str, Answers],
    closed: dict[str, str],
    verdict: Verdict,
    distance: float,
) -> Travel:
    """All that is known without a label of the other hospital."""
    truth = ground.labels[~ground.is_train]
    held = Truth(truth, ground.source.groups[~ground.is_train])
    site = tell_sites(ground)
    id, made = name_study()
    scores = {
        key: score_answers(a.there, a.held_out, a.decided_held_out == truth, a.decided, own.decided)
        for key, a in {SOURCE_ONLY: own, **adapted}.items()
    }
    counts = np.bincount(own.decided_held_out, minlength=len(ground.classes))
    return Travel(
        id=id,
        made=made,
        run=ground.run.id,
        run_name=ground.run.name,
        data_set=ground.data_set.uid,
        data_set_name=ground.data_set.name,
        images=len(ground.target.samples),
        left_out=dict(ground.left_out),
        classes=ground.classes,
        mapping=dict(ground.mapping),
        verdict=verdict.verdict,
        reason=verdict.reason,
        distance=distance,
        site_auroc=site.value if site else None,
        site_interval=site.interval if site else None,
        home=judge(held, own.decided_held_out) if len(truth) else None,
        home_shares=tuple((counts / max(len(truth), 1)).tolist()),
        scores=scores,
        closed=closed,
        notes=sort_notes(_note(ground)),
    )


def _note(ground: Ground) -> Iterator[Note]:
    """What a reader must know of the comparison."""
    count = len(ground.target.samples)
    if ground.target.adapted is not None and count < FEW:
        text = f"AdaBN's statistics come from {count:,} images there, which makes them unsure."
        yield Note("few-target", text, "info")
    for why, number in ground.left_out.items():
        text = f"{number:,} images of {ground.data_set.name} were left out: {why}."
        yield Note("left-out", text, "info")
    if not ground.mapping:
        text = (
            f"{ground.data_set.name} and run {ground.run.name} have no class in common"
            f" ({', '.join(ground.data_set.classes)}; {', '.join(ground.classes)}), so no figure"
            " can be given. The verdict needs none."
        )
        yield Note("no-labels", text, "info", "If a class means the same, say which.")
    renamed = [f"{old} as {new}" for old, new in ground.mapping.items() if old != new]
    if renamed:
        yield Note("mapped", f"Classes were read as: {', '.join(renamed)}.", "info")
    if all(sample.patient is None for sample in ground.target.samples):
        text = (
            f"The patients of {ground.data_set.name} are not known: images count as independent,"
            " and intervals may be too narrow."
        )
        yield Note("patients-unknown", text)


def _report(
    ground: Ground, travel: Travel, own: Answers, adapted: Mapping[str, Answers], labelled: int
) -> Travel:
    """The same with figures: here the other hospital's labels are read."""
    index = {name: number for number, name in enumerate(ground.classes)}
    labels = [index[ground.mapping[sample.label]] for sample in ground.target.samples]
    truth = Truth(np.array(labels, np.int64), ground.target.groups)
    notes = list(travel.notes)
    shown = [ground.classes[label] for label in np.unique(truth.labels)]
    if len(shown) == 1:
        text = f"All images there are {shown[0]}: figures are its sensitivity alone."
        notes.append(Note("one-class", text))
    return replace(
        travel,
        source_only=judge(truth, own.decided),
        methods={key: judge(truth, a.decided, own.decided) for key, a in adapted.items()},
        own_labels=judge_own_labels(truth, ground.target.features, own.decided),
        curve=tuple(trace_labels(truth, ground.target.features, own.decided)),
        declared=_declare(ground, truth, own, adapted, labelled) if labelled else None,
        target_labels_read=READ,
        notes=sort_notes(notes),
    )


def _declare(
    ground: Ground, truth: Truth, own: Answers, adapted: Mapping[str, Answers], count: int
) -> Declared:
    """Choose among all ways to decide by some labelled images, and judge on the others' patients.

    Raises:
        DataError: so many images leave nothing to judge on.
    """
    rows = draw_rows(truth, np.arange(len(truth.labels)), count, [0])
    is_other = ~np.isin(truth.groups, truth.groups[rows])
    if count < 2 or not is_other.any():
        raise DataError(
            f"{count:,} labelled images cannot be declared: {ground.data_set.name} has"
            f" {len(truth.labels):,}, and others have to be left to judge on.",
            remedy="Declare 30 to 100, or fewer than half.",
        )
    there = {SOURCE_ONLY: own.decided, **{key: a.decided for key, a in adapted.items()}}
    seen = truth.take(rows)
    ways = {key: decided[rows] for key, decided in there.items()}
    held_out = _learn_in_folds(seen, ground, rows)
    if held_out is not None:
        ways[OWN_LABELS] = held_out
    chosen = choose_by(seen, ways)
    decided = (
        learn_from(truth, ground.target.features, rows, is_other)
        if chosen == OWN_LABELS
        else there[chosen][is_other]
    )
    others = truth.take(is_other)
    figure = None if decided is None else judge(others, decided, own.decided[is_other])
    return Declared(len(rows), chosen, int(is_other.sum()), figure)


def _learn_in_folds(
    seen: Truth, ground: Ground, rows: np.ndarray[Any, np.dtype[np.int64]]
) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Decisions for labelled images by heads that learned from the others of them."""
    names, labels = np.unique(seen.labels, return_inverse=True)
    if len(names) < 2:
        return None
    said = predict_out_of_fold(ground.target.features[rows], labels, seen.groups)
    return None if said is None else names[said.argmax(1)]


def _save(
    workspace: Workspace, travel: Travel, ground: Ground, answers: Mapping[str, Answers]
) -> None:
    folder = save_travel(workspace, travel)
    columns = {"name": pa.array([sample.name for sample in ground.target.samples], pa.string())}
    for key, answer in answers.items():
        decided = [ground.classes[number] for number in answer.decided.tolist()]
        columns[f"{key}: prediction"] = pa.array(decided, pa.string())
        columns[f"{key}: probability"] = pa.array(answer.there.max(1))
    with open_replacing(folder / "predictions.parquet") as file:
        pq.write_table(pa.table(columns), file)
