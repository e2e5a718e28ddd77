"""What a source sees in images: features before its head, and its own classes where it has them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.models.architectures import AUTO, find_architecture
from medapp.models.backbones import BACKBONES
from medapp.models.reading import read_weights
from medapp.models.sources import find_source
from medapp.models.weights import build_network
from medapp.store.cache import open_cache
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.studies.ranking.candidates import PIXELS, Candidate
from medapp.training.embedding import build_part, embed

SIDE = 16  # of small pixels

Features = NDArray[np.float32]
Classes = NDArray[np.float64]


def see(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    candidate: Candidate,
    preprocess: Preprocess,
    on_progress: OnProgress | None = None,
) -> tuple[Features, Classes | None]:
    """Features (N, F), and probabilities (N, Z) of the source's classes, which exclude each other.

    Raises:
        WeightsError: the source's file is missing, damaged, or of no architecture that is known.
        ImageError: an image is missing, damaged, or not the one that was registered.
    """
    if candidate.source == PIXELS:
        return _shrink(workspace, data_set, samples, preprocess, on_progress), None
    architecture, path = find_source(candidate.source, AUTO, workspace)
    network = build_network(candidate.source, architecture, ("0", "1"), 0, workspace)
    part = build_part(network, preprocess.image_size)
    features = embed(workspace, data_set, samples, part, preprocess, on_progress)
    head = _read_head(candidate.source, path, network.architecture)
    if head is None or head[0].shape[1] != features.shape[1]:
        return features, None
    logits = torch.from_numpy(features).double() @ head[0].T + head[1]
    return features, np.asarray(logits.softmax(1).numpy())


def _shrink(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    preprocess: Preprocess,
    on_progress: OnProgress | None,
) -> Features:
    """The grey means (N, `SIDE`²) of the squares' parts, 0 to 1."""
    channels = count_channels(samples, preprocess)
    cache = open_cache(workspace)
    table = load_pixels(samples, preprocess, channels, cache, data_set.uid, on_progress)
    parts = [
        adaptive_avg_pool2d(torch.from_numpy(np.array(batch)).float().mean(3) / 255, SIDE)
        for batch in table.iterate(256)
    ]
    return np.asarray(torch.cat(parts).flatten(1).numpy())


def _read_head(source: str, path: Path | None, architecture: str) -> tuple[Tensor, Tensor] | None:
    """Weights (Z, F) and biases (Z,) of a source's head, where its classes exclude one another.

    Of a file that does not say what it was trained for that is not known.
    """
    if path is None:
        return None
    tensors, metadata = read_weights(path)
    task = metadata.get("task", "single-label" if "class_names" in metadata else "")
    if source not in BACKBONES and task != "single-label":
        return None
    name = find_architecture(architecture).head
    weight, bias = (tensors.get(f"{name}.{part}") for part in ("weight", "bias"))
    if weight is None or bias is None:
        return None
    return weight.double(), bias.double()
