"""How much a trained model is at odds with each image of a data set: its loss, and what it says.

A judge is a run with predictions on its test split, or a cross-validation, whose folds judge each
image by a model that has not learned from it. Losses are against the labels as they are now: an
image that was relabelled since is judged by its new label.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medapp.data.catalog import Catalog
from medapp.data.facts import list_pictures
from medapp.data.samples import DataSet
from medapp.errors import RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.runs.making import find_run
from medapp.runs.registry import find_registry
from medapp.runs.results import find_predictions, load_prediction_table, read_probabilities
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace
from medapp.studies.folds import FoldStudy, list_studies
from medapp.task import Task, find_task


@dataclass(frozen=True)
class Judge:
    """A run, or the folds of a study, with predictions on images of one data set.

    Attributes:
        id: of the run or the study.
        name: of the run or the study.
        runs: the ids of the runs whose predictions count.
        scope: which images were judged, in a few words.
        stamp: differs after the predictions were made again.
    """

    id: str
    name: str
    runs: tuple[str, ...]
    scope: str
    stamp: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """What a judge says of one image.

    Attributes:
        loss: in nats, from 0; −ln of the probability of its class, or the mean binary cross-entropy
            over its known findings.
        prediction: what is decided, in words.
        is_wrong: it is decided otherwise than its label says.
    """

    loss: float
    prediction: str
    is_wrong: bool


@dataclass(frozen=True)
class Judgements:
    """What a judge says of the images of a data set.

    Attributes:
        by_id: of each judged sample, by its id in the catalog; of those left out too.
        strange: images that were judged, but have a label now that the judge does not know.
    """

    by_id: Mapping[int, Judgement] = field(default_factory=dict)
    strange: int = 0


def list_judges(workspace: Workspace, data_set: DataSet) -> list[Judge]:
    """Who has judged images of a data set: studies first, then runs, each newest first.

    The runs of a study that is listed are not listed again.
    """
    names = Catalog(workspace).list_names(data_set)
    judged = {
        run.id: run
        for run in find_registry(workspace).list_summaries()
        if _has_judged(workspace, run, data_set, names)
    }
    studies = [study for study in list_studies(workspace) if any(id in judged for id in study.runs)]
    pooled = {id for study in studies for id in study.runs}
    return [
        *(_build_study(workspace, study, judged) for study in studies),
        *(_build_run(workspace, run) for id, run in judged.items() if id not in pooled),
    ]


def find_judge(workspace: Workspace, data_set: DataSet, name: str) -> Judge:
    """The judge of this id or name; a run of a study counts too.

    Raises:
        RunError: there is none, or it has judged no image of the data set.
    """
    judges = list_judges(workspace, data_set)
    found = next((judge for judge in judges if name in (judge.id, judge.name)), None)
    if found is not None:
        return found
    summary = find_registry(workspace).find(find_run(workspace, name).id)
    names = Catalog(workspace).list_names(data_set)
    if summary is None or not _has_judged(workspace, summary, data_set, names):
        known = ", ".join(judge.name for judge in judges[:5]) or "none yet"
        raise RunError(
            f"{name} has judged no image of {data_set.name}.",
            remedy=f"These have: {known}. A run judges its test split at its end.",
        )
    return _build_run(workspace, summary)


def judge_images(workspace: Workspace, data_set: DataSet, judge: Judge) -> Judgements:
    """The loss of each judged image, and what the judge says of it.

    Images are known by name and content, as far as a run has kept the names.

    Raises:
        RunError: the predictions of a run are damaged.
    """
    pictures = list_pictures(Catalog(workspace), data_set)
    ids: dict[tuple[str | None, str], list[int]] = {}
    for id, name, content, _ in pictures:
        ids.setdefault((name, content), []).append(id)
        ids.setdefault((None, content), []).append(id)
    labels = {id: label for id, _, _, label in pictures}
    by_id: dict[int, Judgement] = {}
    strange: set[int] = set()
    for run_id in judge.runs:
        found = dict(_judge_by_run(Run(workspace.runs_folder / run_id), ids, labels))
        by_id |= {id: judgement for id, judgement in found.items() if judgement is not None}
        strange |= {id for id, judgement in found.items() if judgement is None}
    return Judgements(by_id, len(strange - set(by_id)))


def _judge_by_run(
    run: Run, ids: Mapping[tuple[str | None, str], Sequence[int]], labels: Mapping[int, str]
) -> Iterator[tuple[int, Judgement | None]]:
    """Each sample that the run judged; None where its label now is none that the run knows."""
    table = load_prediction_table(run)
    evaluation = run.load_evaluation()
    if table is None or evaluation is None:
        return
    task = find_task(evaluation.task)
    keys = zip(table["name"].to_pylist(), table["content_hash"].to_pylist(), strict=True)
    known = [(row, id) for row, key in enumerate(keys) for id in ids.get(key, ())]
    is_fit = {label: _is_fit(task, label, evaluation) for label in set(labels.values())}
    fit = [(row, id) for row, id in known if is_fit[labels[id]]]
    yield from ((id, None) for _, id in known if not is_fit[labels[id]])
    rows = np.array([row for row, _ in fit], np.intp)
    probabilities = read_probabilities(table, evaluation.classes)[rows]
    targets = task.encode([labels[id] for _, id in fit], evaluation.classes)
    limits = np.array(evaluation.thresholds) if evaluation.thresholds else None
    losses = task.measure_losses(probabilities, targets)
    wrong = task.mark_wrong(task.decide(probabilities, limits), targets)
    said = table["prediction"].to_pylist()
    for (row, id), loss, is_wrong in zip(fit, losses.tolist(), wrong.tolist(), strict=True):
        # Of an image without a known finding there is nothing to be at odds with.
        if not np.isnan(loss):
            yield id, Judgement(loss, said[row], is_wrong)


def _is_fit(task: Task, label: str, evaluation: Evaluation) -> bool:
    return set(task.list_labels(label)) <= set(evaluation.classes)


def _has_judged(workspace: Workspace, run: Summary, data_set: DataSet, names: set[str]) -> bool:
    is_of_set = run.data_set_id == data_set.uid or (not run.data_set_id and run.data_set in names)
    has_figures = bool(run.figures) and run.damage is None
    return (
        is_of_set
        and has_figures
        and (run.figures or {}).get("task") == data_set.task
        and find_predictions(Run(workspace.runs_folder / run.id)).exists()
    )


def _build_run(workspace: Workspace, run: Summary) -> Judge:
    return Judge(run.id, run.name, (run.id,), "its test split", _stamp(workspace, [run.id]))


def _build_study(workspace: Workspace, study: FoldStudy, judged: Mapping[str, Summary]) -> Judge:
    runs = [id for id in study.runs if id in judged]
    part = "" if len(runs) == len(study.runs) else f", {len(runs)} of {len(study.runs)} done"
    scope = f"each by a fold that has not learned from it{part}"
    return Judge(study.id, study.name, tuple(runs), scope, _stamp(workspace, runs))


def _stamp(workspace: Workspace, runs: Sequence[str]) -> tuple[int, ...]:
    facts = [find_predictions(Run(workspace.runs_folder / id)).stat() for id in runs]
    return tuple(number for each in facts for number in (each.st_mtime_ns, each.st_size))
