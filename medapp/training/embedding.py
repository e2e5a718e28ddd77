"""What the frozen backbone of a network gives for a data set's images: kept in the cache."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import nn

from medapp.data.pixels import count_channels, load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.models.network import Network
from medapp.store.cache import open_cache
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.training.features import FrozenPart
from medapp.training.machine.devices import open_fabric


def embed(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    part: FrozenPart,
    preprocess: Preprocess,
    on_progress: OnProgress | None = None,
    channels: int | None = None,
) -> NDArray[np.float32]:
    """The features (N, F) before the head; only those that are not kept yet are computed.

    Args:
        part: what computes them; see `build_part`.
        channels: of the squares, 1 or 3; None asks these images (`count_channels`).

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    cache = open_cache(workspace)
    channels = channels or count_channels(samples, preprocess)
    pixels = load_pixels(samples, preprocess, channels, cache, data_set.uid, on_progress)
    keys = [sample.content_hash for sample in samples]
    return np.asarray(part.load(pixels, keys, cache, on_progress).take(), np.float32)


def build_part(network: Network, image_size: int, change: nn.Module | None = None) -> FrozenPart:
    """A network without its head, computed in float32 on the processor.

    Args:
        change: what is done with the normalised images before the first stage.
    """
    before = [change] if change is not None else []
    stages = [stage for _, stage in network.stages]
    prefix = nn.Sequential(*before, *stages, network.pool).eval().requires_grad_(False)
    return FrozenPart(prefix, network.normalisation, image_size, open_fabric("cpu", "float32", 1))
