"""The training images that a model sees most alike to a new one, class by class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.data.catalog import Catalog
from medapp.data.pixels import count_channels
from medapp.data.samples import DataSet, Sample
from medapp.errors import RunError
from medapp.prediction.model import Model
from medapp.runs.learned import load_samples
from medapp.runs.run import Run
from medapp.runs.stage_features import draw_training, load_features
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.training.machine.devices import open_fabric

MOST = 5  # of each class


@dataclass(frozen=True)
class Sibling:
    """A training image.

    Attributes:
        distance: cosine distance of what the pool gives, standardised; 0 to 2.
    """

    sample: Sample
    distance: float


@dataclass(frozen=True)
class Siblings:
    """The nearest training images.

    Attributes:
        data_set: that they are of.
        of_class: class → the nearest of its images, the nearest first.
        compared: how many training images the image was compared with.
    """

    data_set: DataSet
    of_class: dict[str, list[Sibling]]
    compared: int


def find_siblings(
    workspace: Workspace,
    head: Run,
    model: Model,
    pixels: NDArray[np.uint8],
    classes: Sequence[str],
    most: int = MOST,
) -> Siblings:
    """The training images of each class that the model's own features put nearest to an image.

    Compared are the images that say where the model's own kind lies. They show what the model sees
    alike, and not why it decides.

    Args:
        model: of the head.
        pixels: (S, S) or (S, S, C): the square that the network saw.
        classes: that are asked for.

    Raises:
        DataError: the data set is gone.
        RunError: its images have changed, or the run has learned from none.
    """
    learned = load_samples(head, Catalog(workspace))
    home = learned[head.domain]
    training = draw_training(home)
    if not training:
        raise RunError("The run has no training images.", remedy="Choose another run.")
    channels = count_channels([s for one in learned for s in one.samples], model.recipe.preprocess)
    fabric = open_fabric(model.device, model.precision, 1)
    cache = open_cache(workspace)
    rows = load_features(model, training, channels, cache, home.data_set.uid, fabric)[-1]
    square = pixels[None] if pixels.ndim == 3 else pixels[None, ..., None]
    distances = measure_distances(rows, model.see(square)[1][-1][0])
    labels = [model.task.list_labels(sample.label) for sample in training]
    nearest = np.argsort(distances, kind="stable")
    of_class = {
        name: [
            Sibling(training[row], float(distances[row])) for row in nearest if name in labels[row]
        ][:most]
        for name in classes
    }
    return Siblings(home.data_set, of_class, len(training))


def measure_distances(
    rows: NDArray[np.floating], asked: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Cosine distances (N,) of features (N, C) to those of one image (C,), all standardised."""
    mean, spread = rows.mean(0, dtype=np.float64), rows.std(0, dtype=np.float64)
    # A feature that never changes among the training images says nothing.
    spread = np.where(spread > 0, spread, np.inf)
    standard = (rows - mean) / spread
    one = (asked - mean) / spread
    lengths = np.linalg.norm(standard, axis=1) * np.linalg.norm(one)
    found: NDArray[np.float64] = 1 - standard @ one / np.maximum(lengths, 1e-12)
    return found
