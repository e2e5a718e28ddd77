"""A run's model before images that it did not learn from: figures, and a count of each look."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import Sample
from medapp.errors import DataError, RunError
from medapp.evaluation.evaluate import Evaluation, evaluate
from medapp.prediction.model import BATCH, Model, load_model
from medapp.runs.events import TestRead
from medapp.runs.results import save_evaluation
from medapp.runs.run import Run
from medapp.runs.split_table import load_split, match_split
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.task import Task


def judge(
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    task: Task,
    resamples: int,
) -> Evaluation:
    """Figures with intervals: patients are resampled where they are known (an image without one
    counts as its own), images otherwise."""
    targets = task.encode([sample.label for sample in samples], classes)
    patients = [sample.patient for sample in samples]
    groups = patients if any(patient is not None for patient in patients) else None
    return evaluate(probabilities, targets, classes, groups, resamples, task=task)


def evaluate_run(
    workspace: Workspace, run: Run, split: str = "test", dataset: str | None = None
) -> Evaluation:
    """The run's figures on one of its splits, or on all of another data set with the same classes
    (external validation).

    The figures on the run's own test split are kept in its folder and given again, so that the
    split is read once a run.

    Args:
        dataset: a data set's name, uid or id.

    Raises:
        DataError: the other data set has other classes, or there are no images in that split.
        RunError: the run has no model, or its images have changed.
    """
    is_own_test = dataset is None and split == "test"
    if is_own_test:
        with contextlib.suppress(RunError):  # figures that are damaged are made again
            kept = run.load_evaluation()
            if kept is not None:
                return kept
    model = load_model(run.require_model())
    catalog = Catalog(workspace)
    if dataset is None:
        choice = model.recipe.data.train
        data_set = catalog.find_chosen(choice.id, choice.name)
        table = run.folder / "split.parquet"
        matched = match_split(table, catalog.load_samples(data_set), run.name)
        samples = [sample for sample in matched if sample.split == split]
    else:
        data_set = catalog.find_data_set(dataset)
        samples = catalog.load_samples(data_set)
        _refuse_strangers(samples, model, data_set.name, run.name)
    if not samples:
        raise RunError(
            f"There are no images in the {split} split, so there is nothing to evaluate.",
            remedy="Choose another split or data set.",
        )
    pixels = load_pixels(
        samples,
        model.recipe.preprocess,
        count_channels(samples),
        open_cache(workspace),
        data_set.uid,
    )
    if is_own_test:
        with run.lock():
            run.append_event(TestRead(reason="evaluated on request"))
    with contextlib.closing(pixels.source):
        batches = [model.predict(batch) for batch in pixels.iterate(BATCH)]
    probabilities = np.concatenate(batches)
    judging = model.recipe.judging
    evaluation = replace(
        judge(samples, probabilities, model.classes, model.task, judging.resamples),
        split="all" if dataset else split,
        dataset=data_set.name,
    )
    if is_own_test:
        with run.lock():
            save_evaluation(run, evaluation, samples, probabilities)
    if dataset is not None:
        notes = (*evaluation.notes, *_find_known_images(run, samples))
        evaluation = replace(evaluation, notes=notes)
    return evaluation


def _refuse_strangers(
    samples: Sequence[Sample], model: Model, data_set_name: str, run_name: str
) -> None:
    labels = {name for sample in samples for name in model.task.list_labels(sample.label)}
    strangers = sorted(labels - set(model.classes))
    if strangers:
        raise DataError(
            f"{data_set_name} has the class {strangers[0]}, which run {run_name} did not learn; it"
            f" knows {', '.join(model.classes)}.",
            remedy="Name the folders of the other data set like the run's classes.",
        )


def _find_known_images(run: Run, samples: Sequence[Sample]) -> list[str]:
    """A sentence where images of another data set are, byte by byte, images that the run learned
    from."""
    rows = load_split(run.folder / "split.parquet", run.name)
    learned = {row["content_hash"] for row in rows if row["split"] != "test"}
    known = sum(sample.content_hash in learned for sample in samples)
    if not known:
        return []
    return [
        f"{known:,} of these {len(samples):,} images were in the run's training or validation"
        " split: the figures flatter."
    ]
