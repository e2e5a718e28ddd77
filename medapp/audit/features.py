"""What the bundled backbone sees in images: kept in the cache, so that a later look is quick."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.models.backbones import BUNDLED
from medapp.models.weights import build_network
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace
from medapp.training.embedding import embed

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


def load_features(
    workspace: Workspace,
    data_set: DataSet,
    samples: Sequence[Sample],
    on_progress: OnProgress | None = None,
    without_middle: bool = False,
) -> NDArray[np.float32]:
    """The features (N, F) of images; only those that are not kept yet are computed.

    Args:
        without_middle: of the images' rims alone; see `RIM`.

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    preprocess = Preprocess()
    network = build_network(BUNDLED.name, BUNDLED.architecture, ("0", "1"), 0, workspace)
    change = MiddleRemoved(preprocess.image_size) if without_middle else None
    return embed(workspace, data_set, samples, network, preprocess, on_progress, change)
