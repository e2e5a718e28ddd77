"""A run's model before images that it did not learn from: figures, the probabilities behind them,
and a count of each look.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.pixels import load_pixels
from medapp.data.samples import Sample
from medapp.errors import DataError, RunError
from medapp.evaluation.evaluate import evaluate
from medapp.prediction.model import load_model
from medapp.runs.results import save_evaluation
from medapp.runs.run import Run
from medapp.runs.split_table import load_split, match_split
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace


def judge(
    samples: Sequence[Sample], probabilities: NDArray[np.float32], classes: tuple[str, ...]
) -> dict[str, Any]:
    """Figures with intervals, resampling patients where they are known (an image without one counts
    as its own) and images otherwise.
    """
    truth = np.array([classes.index(s.label) for s in samples], np.int64)
    patients = [s.patient for s in samples]
    return evaluate(
        probabilities, truth, classes, patients if any(p is not None for p in patients) else None
    ).to_dict()


def evaluate_run(
    workspace: Workspace, run: Run, split: str = "test", dataset: str | None = None
) -> dict[str, Any]:
    """The run's figures on one side of its split, or on all of another data set with the same
    classes (external validation).

    The figures on the run's own test part are kept in its folder and given again, so that the part
    is read once a run.

    Raises:
        DataError: the other data set has other classes, or there are no images on that side.
        RunError: the run has no model, or its images have changed.
    """
    if dataset is None and split == "test":
        with contextlib.suppress(RunError):  # figures that are damaged are made again
            kept = run.load_evaluation()
            if kept is not None:
                return kept
    model = load_model(run)
    catalog = Catalog(workspace)
    if dataset is None:
        data_set = catalog.find_data_set(model.recipe.dataset)
        samples = [
            s
            for s in match_split(
                run.folder / "split.parquet", catalog.load_samples(data_set), run.name
            )
            if s.split == split
        ]
    else:
        samples = catalog.load_samples(catalog.find_data_set(dataset))
        strangers = sorted({s.label for s in samples} - set(model.classes))
        if strangers:
            raise DataError(
                f"{dataset} has the class {strangers[0]}, which run {run.name} did not learn; it"
                f" knows {', '.join(model.classes)}. Name the folders of the other data set like"
                " the run's classes."
            )
    if not samples:
        raise RunError(
            f"There are no images in the {split} part, so there is nothing to evaluate. Choose"
            " another part or data set."
        )
    pixels = load_pixels(
        samples, model.recipe.preprocess, model.recipe.image_size, open_cache(workspace)
    )
    probabilities = model.predict(pixels)
    figures = judge(samples, probabilities, model.classes) | {
        "split": split if dataset is None else "all",
        "dataset": dataset or model.recipe.dataset,
    }
    if dataset is not None:
        figures["notes"] = [*figures["notes"], *_find_known_images(run, samples)]
    if dataset is None and split == "test":
        with run.lock():
            run.append_event("test_read", reason="evaluated on request")
            save_evaluation(run, figures, samples, probabilities)
    return figures


def _find_known_images(run: Run, samples: Sequence[Sample]) -> list[str]:
    """A sentence where images of another data set are, byte by byte, images that the run learned
    from.
    """
    learned = {
        row["content_hash"]
        for row in load_split(run.folder / "split.parquet", run.name)
        if row["split"] != "test"
    }
    known = sum(sample.content_hash in learned for sample in samples)
    if not known:
        return []
    return [
        f"{known:,} of these {len(samples):,} images were in the run's training or validation part:"
        " the figures flatter."
    ]
