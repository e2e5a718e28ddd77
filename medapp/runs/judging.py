"""What a model says of samples, and the figures that come of it."""

import contextlib
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.data.pixels import Table, count_channels, load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.evaluation.case import Decide
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.familiarity import Familiar
from medapp.prediction.model import BATCH, Model
from medapp.runs.caveats import add_caveats
from medapp.runs.run import Run
from medapp.store.cache import open_cache
from medapp.store.files import hash_file
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.task import Task


def judge(
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    task: Task,
    thresholds: Sequence[float] = (),
    decide: Decide | None = None,
) -> Evaluation:
    """Figures with 95% intervals, over patients where any is known, for probabilities (N, K).

    Arguments as for `evaluate`.
    """
    targets = task.encode([sample.label for sample in samples], classes)
    patients = [sample.patient for sample in samples]
    return evaluate(probabilities, targets, classes, patients, task, thresholds, decide)


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


def see_table(
    model: Model, pixels: Table, on_progress: OnProgress | None = None
) -> tuple[torch.Tensor, list[Familiar | None]]:
    """Logits (N, K) for a table of pixels, and how each image lies to the model's own kind.

    The table is then closed.
    """
    logits: list[torch.Tensor] = []
    familiar: list[Familiar | None] = []
    with contextlib.closing(pixels.source):
        for batch in pixels.iterate(BATCH):
            rows, stages = model.see(batch)
            logits.append(rows)
            familiar += model.recognise(stages)
            if on_progress:
                on_progress(len(familiar), len(pixels.numbers))
    return torch.cat(logits), familiar


def judge_model(
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
