"""What each stage of a run's network says of images, kept between one asker and the next."""

import contextlib
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.data.pixels import load_pixels
from medapp.data.samples import Sample
from medapp.evaluation.familiarity import MOST_TRAINING
from medapp.models.network import StageFeatures
from medapp.prediction.model import Model
from medapp.runs.learned import Learned
from medapp.store.cache import Cache
from medapp.store.threads import OnProgress
from medapp.training.features import FrozenPart


def draw_training(home: Learned) -> list[Sample]:
    """Training images of a data set, at most so many: the same ones whoever asks."""
    samples = home.list_split("train")
    if len(samples) <= MOST_TRAINING:
        return samples
    drawn = random.Random(0).sample(range(len(samples)), MOST_TRAINING)
    return [samples[row] for row in sorted(drawn)]


def load_features(
    model: Model,
    samples: Sequence[Sample],
    channels: int,
    cache: Cache,
    data_set_id: str,
    fabric: Any,
    on_progress: OnProgress | None = None,
) -> list[NDArray[np.float32]]:
    """The features (N, C) of each stage; only those that are not kept yet are computed.

    Args:
        channels: of the run's images, see `medapp.data.pixels.count_channels`.
    """
    network = model.network
    asked = model.recipe.preprocess
    stages = StageFeatures(network).eval()
    frozen = FrozenPart(stages, network.normalisation, asked.image_size, fabric)
    pixels = load_pixels(samples, asked, channels, cache, data_set_id)
    keys = [sample.content_hash for sample in samples]
    with contextlib.closing(pixels.source):
        table = frozen.load(pixels, keys, cache, on_progress)
    with contextlib.closing(table.source):
        rows = table.take()
    return np.split(rows, np.cumsum(stages.widths)[:-1], axis=1)
