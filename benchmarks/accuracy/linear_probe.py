"""Is the linear probe as good as scikit-learn's cross-validated logistic regression?

    python -m benchmarks.accuracy.linear_probe CHEST_FOLDER SLICES_FOLDER

CHEST_FOLDER is a sample of NIH ChestX-ray8 (a folder a class; the first eight characters of a name
are the patient), SLICES_FOLDER the figshare set 1512427 (slices numbered series after series). Both
sides see the same features of the bundled backbone and the same split. The reference searches the
same penalties with `StratifiedGroupKFold` over the training and validation images, and is fitted to
the training images alone and to both. `MEDAPP_HOME` should name a workspace of its own.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold

import medapp
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import Sample
from medapp.prediction.model import load_model
from medapp.runs.events import EpochFinished
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.store.cache import open_cache
from medapp.store.workspace import find_workspace
from medapp.training.features import measure_scale
from medapp.training.learner import cut_network
from medapp.training.logistic import PENALTIES
from medapp.training.probe import FOLDS
from medapp.training.strategies import STRATEGIES

Floats = NDArray[np.floating]
IMAGE_SIZE = 128


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("chest", type=Path)
    parser.add_argument("slices", type=Path)
    options = parser.parse_args()
    sets = (
        ("Chest, by patient", options.chest, r"^(.{8})"),
        ("Slices, by blocks", options.slices, r"(\d\d)\d\d"),
        ("Slices, by slices", options.slices, None),
    )
    print("| data | model | accuracy | balanced accuracy | log loss | seconds |\n|" + "---|" * 6)
    for number, (title, folder, patients) in enumerate(sets):
        choice = ImportChoice(patient_pattern=patients)
        data = add_folder(find_workspace(), folder, f"probe-{number}", choice).data_set
        for strategy in ("linear-probe", "head-by-steps"):
            run = medapp.train(
                data, strategy=strategy, image_size=IMAGE_SIZE, precision="float32", threads=1
            )
            events = [event for event in run.list_events() if isinstance(event, EpochFinished)]
            spent = events[-1].seconds
            show(title, STRATEGIES[strategy].title, *read_test(run), spent)
        compare(title, run)


def show(title: str, model: str, truth: Any, probabilities: Floats, seconds: float) -> None:
    """A row of the table."""
    decided = probabilities.argmax(1)
    exact = probabilities.astype(float) / probabilities.sum(1, keepdims=True)
    figures = (
        accuracy_score(truth, decided),
        balanced_accuracy_score(truth, decided),
        log_loss(truth, exact, labels=range(probabilities.shape[1])),
    )
    cells = " | ".join(f"{figure:.3f}" for figure in figures)
    print(f"| {title} | {model} | {cells} | {seconds:.1f} |", flush=True)


def read_test(run: Run) -> tuple[NDArray[np.int64], Floats]:
    """Classes and probabilities of the test images, as the run was judged on them."""
    classes = load_model(run.require_model()).classes
    rows = load_predictions(run)
    truth = np.array([classes.index(row["label"]) for row in rows])
    return truth, np.array([[row[f"probability of {name}"] for name in classes] for row in rows])


def compare(title: str, run: Run) -> None:
    """Rows of the reference, on the same features and split."""
    workspace = find_workspace()
    catalog = Catalog(workspace)
    samples = catalog.load_samples(catalog.find_chosen(*find_choice(run)))
    by_split = {s: [x for x in samples if x.split == s] for s in ("train", "validation", "test")}
    parts = {split: compute_features(run, some, samples) for split, some in by_split.items()}
    mean, spread = (part.double().numpy() for part in measure_scale(parts["train"]))
    x = {split: (part - mean) / spread for split, part in parts.items()}
    classes = load_model(run.require_model()).classes
    y = {s: np.array([classes.index(x.label) for x in some]) for s, some in by_split.items()}
    known_x, known_y = (np.concatenate([d["train"], d["validation"]]) for d in (x, y))
    known = [*by_split["train"], *by_split["validation"]]
    groups = [sample.patient or sample.content_hash for sample in known]
    started = time.perf_counter()
    penalty = search(known_x, known_y, groups)
    for name, inside, labels in (
        ("scikit-learn, training", x["train"], y["train"]),
        ("scikit-learn, training and validation", known_x, known_y),
    ):
        fitted = regress(penalty, inside, labels)
        seconds = time.perf_counter() - started
        show(title, name, y["test"], fitted.predict_proba(x["test"]), seconds)


def find_choice(run: Run) -> tuple[str, str]:
    """The id and the name of the run's data set."""
    choice = run.recipe.data.train
    return choice.id, choice.name


def compute_features(run: Run, some: list[Sample], samples: list[Sample]) -> Floats:
    """Features (N, F) of the frozen backbone."""
    model = load_model(run.require_model())
    cache = open_cache(find_workspace())
    preprocess = model.recipe.preprocess
    channels = count_channels(samples, preprocess)
    pixels = load_pixels(some, preprocess, channels, cache, find_choice(run)[0])
    prefix, _ = cut_network(model.network, STRATEGIES["linear-probe"])
    assert prefix is not None
    with torch.inference_mode():
        return np.concatenate([prefix(model.prepare(b)).numpy() for b in pixels.iterate(64)])


def search(x: Floats, y: NDArray[np.int64], groups: list[str]) -> float:
    """The penalty with the lowest log loss over folds."""
    folds = list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(x, y, groups))
    losses = []
    for penalty in PENALTIES[:9]:
        summed = 0.0
        for inside, outside in folds:
            said = regress(penalty, x[inside], y[inside]).predict_proba(x[outside])
            summed += log_loss(y[outside], said, labels=np.unique(y), normalize=False)
        losses.append(summed)
    return PENALTIES[int(np.argmin(losses))]


def regress(penalty: float, x: Floats, y: NDArray[np.int64]) -> LogisticRegression:
    """The reference, fitted under a penalty on half the summed squares beside the mean loss."""
    return LogisticRegression(C=1 / (penalty * len(x)), max_iter=2000).fit(x, y)


if __name__ == "__main__":
    main()
