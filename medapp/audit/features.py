"""What the bundled backbone sees in images: kept in the cache, so that a later look is quick."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.data.pixels import count_channels, hash_pixel_setting
from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.imaging.registered import find_problem
from medapp.models.backbones import BUNDLED
from medapp.models.weights import build_network
from medapp.store.cache import open_cache
from medapp.store.rows import Rows
from medapp.store.threads import OnProgress, map_threaded
from medapp.store.workspace import Workspace
from medapp.training.embedding import build_part, embed
from medapp.training.features import FrozenPart

# Of the width, and of the height, that is left at each side where the middle is removed.
RIM = 0.1


class MiddleRemoved(nn.Module):
    """Puts the mean colour in place of all but a rim of the image."""

    mask: Tensor

    def __init__(self, image_size: int) -> None:
        super().__init__()
        rim = max(1, round(RIM * image_size))
        mask = torch.ones(image_size, image_size)
        mask[rim:-rim, rim:-rim] = 0
        self.register_buffer("mask", mask)

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (n, 3, S, S) to the same with 0, the mean colour, in the middle."""
        return images * self.mask


@dataclass(frozen=True)
class Kept:
    """The features that the cache holds of images.

    Attributes:
        rows: (M, F) float32, memory-mapped; of more images than those asked for.
        numbers: (N,) the images' rows, in their order; -1 for an image whose features are not kept.
        key: what the features are kept under, without the images.
        source: the open rows; while this object lives, the cache does not evict them.
    """

    rows: NDArray[np.float32]
    numbers: NDArray[np.int64]
    key: str
    source: Rows


def find_features(workspace: Workspace, data_set: DataSet, samples: Sequence[Sample]) -> Kept:
    """What is kept of the features of images; no image is read.

    Raises:
        WorkspaceError: the cache may not be written.
    """
    preprocess = Preprocess()
    part = _open_part(workspace, preprocess.image_size, False)
    channels = count_channels(samples, preprocess)
    key = part.hash_setting(hash_pixel_setting(preprocess, channels, data_set.uid))
    rows = open_cache(workspace).open_rows("features", key, part.shape, part.dtype)
    numbers = rows.find([sample.content_hash for sample in samples])
    return Kept(rows.open_array(), numbers, key, rows)


def read_features(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    on_progress: OnProgress | None = None,
) -> None:
    """Compute the features that are not kept yet; images whose files cannot be used go without.

    Raises:
        WorkspaceError: the disk has no room for them.
    """
    kept = find_features(workspace, data_set, samples)
    unread = [samples[row] for row in np.flatnonzero(kept.numbers < 0).tolist()]
    if not unread:
        return
    problems = map_threaded(
        lambda s: find_problem(s.path, s.content_hash, s.frame), unread, on_progress
    )
    usable = [sample for sample, problem in zip(unread, problems, strict=True) if not problem]
    channels = count_channels(samples, Preprocess())
    load_features(workspace, data_set, usable, on_progress, channels=channels)


def load_features(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    on_progress: OnProgress | None = None,
    without_middle: bool = False,
    channels: int | None = None,
    preprocess: Preprocess | None = None,
) -> NDArray[np.float32]:
    """The features (N, F) of images; only those that are not kept yet are computed.

    Args:
        without_middle: of the images' rims alone; see `RIM`.
        channels: of the squares, 1 or 3; None asks these images (`count_channels`).
        preprocess: how the squares are made; as by default where none is given.

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    preprocess = preprocess or Preprocess()
    part = _open_part(workspace, preprocess.image_size, without_middle)
    return embed(workspace, data_set, samples, part, preprocess, on_progress, channels)


@functools.lru_cache(4)
def _open_part(workspace: Workspace, image_size: int, without_middle: bool) -> FrozenPart:
    """The bundled backbone without its head; kept, since half a second goes by until it is built
    and its weights are hashed.
    """
    network = build_network(BUNDLED.name, BUNDLED.architecture, ("0", "1"), 0, workspace)
    return build_part(network, image_size, MiddleRemoved(image_size) if without_middle else None)
