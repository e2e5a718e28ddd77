"""A run's model judged on images that it did not learn from; each look at the test split counts."""

import contextlib
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import UNLABELLED, DataSet, Sample
from medapp.errors import DataError, Remedy, RunError
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import sort_notes
from medapp.prediction.model import BATCH, Model, load_model
from medapp.runs.caveats import add_caveats
from medapp.runs.events import TestRead
from medapp.runs.learned import Learned
from medapp.runs.renewal import renew_figures
from medapp.runs.reporter import Reporter
from medapp.runs.results import (
    Evidence,
    collect_evidence,
    load_evidence,
    save_evaluation,
    write_figures,
)
from medapp.runs.revisions import note_edits
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, match_split
from medapp.store.cache import open_cache
from medapp.store.files import hash_file
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.task import Task, find_task
from medapp.task.multi_label import SEPARATOR, UNKNOWN


def judge(
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    task: Task,
    thresholds: Sequence[float] = (),
) -> Evaluation:
    """Figures with 95% intervals, over patients where any is known, for probabilities (N, K)."""
    targets = task.encode([sample.label for sample in samples], classes)
    patients = [sample.patient for sample in samples]
    return evaluate(probabilities, targets, classes, patients, task, thresholds)


def describe_computing(model_path: Path, device: str, precision: str) -> dict[str, str | int]:
    """What decides the last digits of a model's figures on this machine, see `Evaluation`."""
    return {
        "model_sha256": hash_file(model_path),
        "device": device,
        "precision": precision,
        "threads": torch.get_num_threads(),
        "processor": platform.machine(),
        "torch": str(torch.__version__),
    }


def evaluate_run(
    workspace: Workspace, run: Run, split: str = "test", dataset: str | None = None
) -> Evaluation:
    """The run's figures on one of its splits, or on all of another data set (external validation).

    The figures on the run's own test split are kept in its folder and given again, so that the
    split is read once a run; intervals of an older method are made anew from the kept predictions.
    Of a run with several heads, each is judged on its own data set (`heads.find_head`).

    Args:
        split: "test" or "validation"; of no effect where a data set is named.
        dataset: the name, uid or id of another data set with the same classes.

    Raises:
        DataError: the other data set has other classes, or there are no images in that split.
        RunError: the run has no model, or its images have changed.
    """
    return _examine(workspace, run, split, dataset)[0]


def examine_run(
    workspace: Workspace, run: Run, split: str = "test", dataset: str | None = None
) -> tuple[Evaluation, Evidence | None]:
    """`evaluate_run`, with the probabilities behind its figures.

    These are None where the figures on the test split were kept without them.

    Raises:
        RunError: also where the kept predictions are damaged.
    """
    evaluation, evidence = _examine(workspace, run, split, dataset)
    return evaluation, load_evidence(run) if evidence is None else evidence


def _examine(
    workspace: Workspace, run: Run, split: str, dataset: str | None
) -> tuple[Evaluation, Evidence | None]:
    """Figures, and the probabilities behind them where they were computed just now."""
    if dataset is not None:
        return _evaluate_elsewhere(workspace, run, dataset)
    evaluation, evidence = _evaluate_own(workspace, run, split)
    # What was edited since is of today, and not kept.
    notes = sort_notes([*evaluation.notes, *note_edits(workspace, run)])
    return replace(evaluation, notes=notes), evidence


def _evaluate_own(workspace: Workspace, run: Run, split: str) -> tuple[Evaluation, Evidence | None]:
    """The run's figures on one of its splits; those on the test split are kept."""
    is_test = split == "test"
    if is_test:
        # Figures that are damaged are made again.
        with contextlib.suppress(RunError):
            kept = run.load_evaluation()
            if kept is not None:
                return _tell_later(workspace, run, renew_figures(run, kept)), None
    model = load_model(run.require_model())
    data_set, samples = find_split(workspace, run, split)
    pixels = load_squares(workspace, model, data_set, samples)
    if is_test:
        with run.lock():
            run.append_event(TestRead(reason="evaluated on request", domain=run.domain))
    probabilities = predict_table(model, pixels)
    evaluation = _judge_model(workspace, run, model, split, data_set, samples, probabilities)
    if is_test:
        with run.lock():
            save_evaluation(run, evaluation, samples, probabilities)
    return evaluation, collect_evidence(samples, probabilities, model.classes, model.task)


def predict_samples(
    workspace: Workspace, run: Run, data_set: DataSet, samples: Sequence[Sample]
) -> Evidence:
    """What a run's model says of samples of a data set, beside their labels.

    Raises:
        RunError: the run has no model.
    """
    model = load_model(run.require_model())
    probabilities = predict_table(model, load_squares(workspace, model, data_set, samples))
    return collect_evidence(samples, probabilities, model.classes, model.task)


def judge_at_end(workspace: Workspace, head: Run, home: Learned, reporter: Reporter) -> None:
    """Read the test split of a further data set at the end of a run, by the head that is its own.

    Args:
        reporter: of the process that holds the run.
    """
    samples = home.list_split("test")
    if not samples:
        reporter.say(
            f"{home.data_set.name} has no test images, so nothing says how good its head is."
        )
        return
    model = load_model(head.require_model())
    told = reporter.follow_stage(f"Reading test images of {home.data_set.name}")
    pixels = load_squares(workspace, model, home.data_set, samples, told)
    reporter.report(TestRead(reason="end of the run", domain=head.domain))
    probabilities = predict_table(model, pixels)
    evaluation = _judge_model(workspace, head, model, "test", home.data_set, samples, probabilities)
    save_evaluation(head, evaluation, samples, probabilities)


def _judge_model(
    workspace: Workspace,
    run: Run,
    model: Model,
    split: str,
    data_set: DataSet,
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
) -> Evaluation:
    """What a run's model said of samples, as figures with what to know of them."""
    found = judge(samples, probabilities, model.classes, model.task, model.thresholds)
    computed = describe_computing(run.model_path, model.device, model.precision)
    evaluation = replace(found, split=split, dataset=data_set.name, computed=computed)
    return add_caveats(workspace, run, evaluation, samples, data_set)


def find_split(workspace: Workspace, run: Run, split: str) -> tuple[DataSet, list[Sample]]:
    """The data set that a run learned from, and the samples of one of the run's splits.

    Raises:
        DataError: the data set is gone.
        RunError: the run's images have changed, or there are none in that split.
    """
    catalog = Catalog(workspace)
    data_set = catalog.find_chosen(run.home.id, run.home.name)
    table = run.find_part(SPLIT)
    everything = catalog.load_samples(data_set, with_left_out=True)
    matched = match_split(table, everything, run.name)
    samples = [sample for sample in matched if sample.split == split]
    if not samples:
        raise RunError(
            f"There are no images in the {split} split, so there is nothing to evaluate.",
            remedy="Choose another split or data set.",
        )
    return data_set, samples


def _tell_later(workspace: Workspace, run: Run, kept: Evaluation) -> Evaluation:
    """Kept figures with what their run had seen, where that was not said when they were made.

    They stay as they are where the images are no longer in this workspace.
    """
    if kept.looks:
        return kept
    catalog = Catalog(workspace)
    try:
        data_set = catalog.find_chosen(run.home.id, run.home.name)
        table = run.find_part(SPLIT)
        everything = catalog.load_samples(data_set, with_left_out=True)
        matched = match_split(table, everything, run.name)
    except (DataError, RunError):
        return kept
    tests = [sample for sample in matched if sample.split == "test"]
    told = add_caveats(workspace, run, replace(kept, split="test"), tests, data_set)
    with run.lock():
        write_figures(run, told)
    return told


def _evaluate_elsewhere(
    workspace: Workspace, run: Run, dataset: str
) -> tuple[Evaluation, Evidence]:
    """The run's figures on all images of another data set."""
    model = load_model(run.require_model())
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set(dataset)
    samples = catalog.load_samples(data_set)
    if model.task.has_several or find_task(data_set.task).has_several:
        samples = _share_findings(samples, model, data_set, run.name)
    _refuse_strangers(samples, model, data_set.name, run.name)
    if not samples:
        raise RunError(
            f"There are no images in {data_set.name}, so there is nothing to evaluate.",
            remedy="Choose another data set.",
        )
    probabilities = predict_table(model, load_squares(workspace, model, data_set, samples))
    evaluation = _judge_model(workspace, run, model, "all", data_set, samples, probabilities)
    return evaluation, collect_evidence(samples, probabilities, model.classes, model.task)


def load_squares(
    workspace: Workspace,
    model: Model,
    data_set: DataSet,
    samples: Sequence[Sample],
    on_progress: OnProgress | None = None,
) -> Table:
    """The squares of samples, as the model was trained with."""
    channels = count_channels(samples, model.recipe.preprocess)
    cache = open_cache(workspace)
    return load_pixels(samples, model.recipe.preprocess, channels, cache, data_set.uid, on_progress)


def predict_table(model: Model, pixels: Table) -> NDArray[np.float32]:
    """Probabilities (N, K) for a table of pixels, which is then closed."""
    with contextlib.closing(pixels.source):
        return np.concatenate([model.predict(batch) for batch in pixels.iterate(BATCH)])


def _share_findings(
    samples: Sequence[Sample], model: Model, data_set: DataSet, run_name: str
) -> list[Sample]:
    """The samples with the findings that both know; of the model's others nothing is known there.

    Raises:
        DataError: one of both has one label an image, or they share no finding.
    """
    shared = set(model.classes).intersection(data_set.classes)
    task = find_task(data_set.task)
    if task.has_several != model.task.has_several or not shared:
        ways = "Choose a data set with the run's findings, or rename them by deriving one."
        remedy = Remedy(ways)
        if task.has_several != model.task.has_several:
            wanted = model.task.title.lower()
            choose = f"Choose a data set of {wanted}, or say what is asked"
            remedy = Remedy(f"{choose}, under Manage on its page.", f"{choose}: medapp data task.")
        raise DataError(
            f"{data_set.name} ({task.title.lower()}: {', '.join(data_set.classes)}) does not ask"
            f" what run {run_name} answers ({model.task.title.lower()}:"
            f" {', '.join(model.classes)}).",
            remedy=remedy,
        )
    unasked = [f"{UNKNOWN}{name}" for name in model.classes if name not in shared]
    return [
        replace(
            sample,
            label=SEPARATOR.join(
                [
                    *(p for p in sample.label.split(SEPARATOR) if p.lstrip(UNKNOWN) in shared),
                    *unasked,
                ]
            ),
        )
        for sample in samples
    ]


def _refuse_strangers(
    samples: Sequence[Sample], model: Model, data_set_name: str, run_name: str
) -> None:
    labels = {name for sample in samples for name in model.task.list_labels(sample.label)}
    strangers = sorted(labels - set(model.classes))
    if UNLABELLED in strangers:
        raise DataError(
            f"{data_set_name} has images without labels: there is nothing to judge {run_name} by.",
            remedy=Remedy(
                "Label them or leave them out. Predict says what the model makes of them.",
                "Label them or leave them out; to have them predicted: medapp predict RUN FOLDER",
            ),
        )
    if strangers:
        raise DataError(
            f"{data_set_name} has the class {strangers[0]}, which run {run_name} did not learn; it"
            f" knows {', '.join(model.classes)}.",
            remedy="Name the folders of the other data set like the run's classes.",
        )
