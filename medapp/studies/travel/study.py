"""Whether a run's model travels to another hospital: asked once, kept as a study.

A study is a folder with `study.json`, which is all of `Travel`, `predictions.parquet`: what the
run's model and each adapted head decide of each image there, and `map.parquet`, see `positions`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from medapp.data.samples import UNLABELLED, DataSet
from medapp.notes import Note, sort_notes
from medapp.runs.run import Run
from medapp.store.files import open_replacing
from medapp.store.workspace import Workspace
from medapp.studies.folder import name_study
from medapp.studies.time import check_minutes
from medapp.studies.travel.adapted_runs import answer_runs
from medapp.studies.travel.answers import Answers, answer_adapted, answer_as_is
from medapp.studies.travel.judging import Truth, judge
from medapp.studies.travel.positions import place_images, save_positions
from medapp.studies.travel.record import Travel, save_travel
from medapp.studies.travel.reporting import report
from medapp.studies.travel.rule import Verdict, decide
from medapp.studies.travel.scores import score_answers
from medapp.studies.travel.sides import Ground, Tell, open_sides
from medapp.studies.travel.signals import measure_distance, tell_sites
from medapp.training.adaptation.table import SOURCE_ONLY

FEW = 100  # images below which AdaBN's statistics are unsure


def run_travel(
    workspace: Workspace,
    run: Run,
    data_set: DataSet,
    labelled: int = 0,
    minutes: float = 0.0,
    asked: Mapping[str, str] | None = None,
    on_progress: Tell | None = None,
) -> Travel:
    """Ask whether a run's model travels to the hospital of a data set, and keep the answer.

    The verdict stands before a label of that hospital is read.

    Args:
        labelled: so many of its images, drawn by patient, are declared a validation set by which
            one of the ways to decide is chosen; figures are then of the others.
        minutes: for fine-tuning on labels of there, to see what labelling buys; 0 for none.
        asked: its classes to the run's, where names do not tell; "" leaves a class out.

    Raises:
        RunError: the run has no model, or its images are not in this workspace.
        DataError: what both ask for cannot be compared, or too few images are left.
        RecipeError: minutes or the number of declared images cannot be.
    """
    check_minutes(minutes or None, "training")
    tell = on_progress or (lambda title, done, total: None)
    ground = open_sides(workspace, run, data_set, asked, labelled, minutes, tell)
    own = answer_as_is(ground)
    adapted, closed = answer_adapted(ground, own, tell)
    others, titles = answer_runs(workspace, ground, tell)
    answers = {SOURCE_ONLY: own, **adapted, **others}
    tell("Comparing the hospitals", 0, 1)
    distance = measure_distance(ground.source.looks, ground.labels, ground.target.looks)
    found = _describe(ground, answers, decide(distance), distance)
    travel = replace(found, closed=closed, runs=titles)
    if ground.mapping:
        tell("Reading the labels", 0, 1)
        travel = report(ground, travel, answers, labelled, minutes, tell)
    _save(workspace, travel, ground, answers)
    return travel


def _describe(
    ground: Ground, answers: Mapping[str, Answers], verdict: Verdict, distance: float
) -> Travel:
    """All that is known without a label of the other hospital."""
    own = answers[SOURCE_ONLY]
    truth = own.truth
    held = Truth(truth, ground.source.groups[~ground.is_train])
    site = tell_sites(ground)
    id, made = name_study()
    scores = {key: score_answers(each, own.decided) for key, each in answers.items()}
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
        closed={},
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
    if ground.data_set.classes == (UNLABELLED,):
        text = (
            f"{ground.data_set.name} has no labels, so no figure can be given. The verdict needs"
            " none."
        )
        yield Note("no-labels", text, "info")
    elif not ground.mapping:
        text = (
            f"{ground.data_set.name} and run {ground.run.name} have no class in common"
            f" ({', '.join(ground.data_set.classes)}; {', '.join(ground.classes)}), so no figure"
            " can be given. The verdict needs none."
        )
        yield Note("no-labels", text, "info", "If a class means the same, say which.")
    targets = [c.id for c in ground.run.recipe.data.choices if c.role == "target"]
    if ground.data_set.uid in targets:
        text = f"Run {ground.run.name} learned with images of {ground.data_set.name}, unlabelled."
        yield Note("adapted", text, "info")
    renamed = [f"{old} as {new}" for old, new in ground.mapping.items() if old != new]
    if renamed:
        yield Note("mapped", f"Classes were read as: {', '.join(renamed)}.", "info")
    if all(sample.patient is None for sample in ground.target.samples):
        text = (
            f"The patients of {ground.data_set.name} are not known: images count as independent,"
            " and intervals may be too narrow."
        )
        yield Note("patients-unknown", text)


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
    source, target = ground.source, ground.target
    names = [[sample.name for sample in side.samples] for side in (source, target)]
    save_positions(folder, place_images(source.looks, target.looks, *names))
