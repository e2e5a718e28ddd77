"""Runs that learned with a hospital's images, but not their labels, beside the run that is judged.

Such a run's recipe names the data set of that hospital with the role "target".
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.prediction.model import BATCH, Model, load_model
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.seen import list_own
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.studies.travel.answers import Answers, build_answers
from medapp.studies.travel.sides import Floats, Ground, Tell
from medapp.training.objectives.table import OBJECTIVES


def answer_runs(
    workspace: Workspace, ground: Ground, tell: Tell
) -> tuple[dict[str, Answers], dict[str, str]]:
    """What each of these runs says, oldest first.

    Returns:
        Its key among the methods to its answers, and to what people call it.
    """
    answers: dict[str, Answers] = {}
    titles: dict[str, str] = {}
    for run in list_adapted(workspace, ground):
        key = f"run {run.name}"
        answers[key] = _answer(workspace, ground, run, tell)
        titles[key] = f"{OBJECTIVES[run.recipe.objective.name].title}, {run.name}"
    return answers, titles


def list_adapted(workspace: Workspace, ground: Ground) -> Iterator[Run]:
    """The trained runs that learned from the same labels with these unlabelled images."""
    home = ground.run.recipe.data.train.id
    for summary in reversed(find_registry(workspace).list_summaries()):
        is_like = summary.data_set_id == home and summary.classes == ground.classes
        if not is_like or not summary.is_trained or summary.damage or summary.id == ground.run.id:
            continue
        run = Run(workspace.runs_folder / summary.id)
        targets = [c.id for c in run.recipe.data.choices if c.role == "target"]
        if ground.data_set.uid in targets:
            yield run


def _answer(workspace: Workspace, ground: Ground, run: Run, tell: Tell) -> Answers:
    model = load_model(run.require_model())
    learned = {image.content_hash for image in list_own(run) if image.split == "train"}
    source = ground.source.samples
    held = [
        row
        for row in np.flatnonzero(~ground.is_train).tolist()
        if source[row].content_hash not in learned
    ]

    def predict(data_set: DataSet, samples: Sequence[Sample]) -> Floats:
        return _predict(workspace, model, data_set, samples, run.name, tell)

    return build_answers(
        ground,
        predict(ground.data_set, ground.target.samples),
        predict(ground.home, [source[row] for row in held]),
        ground.labels[held],
    )


def _predict(
    workspace: Workspace,
    model: Model,
    data_set: DataSet,
    samples: Sequence[Sample],
    name: str,
    tell: Tell,
) -> Floats:
    """Probabilities (N, K) of images, each prepared as this model takes it."""
    if not samples:
        return np.zeros((0, len(model.classes)))
    preprocess = model.recipe.preprocess
    channels = count_channels(samples, preprocess)
    pixels = load_pixels(samples, preprocess, channels, open_cache(workspace), data_set.uid)
    rows: list[NDArray[np.float32]] = []
    for squares in pixels.iterate(BATCH):
        tell(f"Predictions of {name}", BATCH * len(rows), len(samples))
        rows.append(model.predict(squares))
    return np.concatenate(rows).astype(np.float64)
