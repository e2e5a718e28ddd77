"""TENT: a network's norms taught, on the images to be judged, to be sure of what they see.

Wang, Shelhamer, Liu, Olshausen & Darrell 2021, "Tent: fully test-time adaptation by entropy
minimization" (arXiv 2006.10726): each batch is normalised by its own statistics, the entropy of its
predictions is made smaller by one step of Adam on the norms' scales and shifts alone, and its
predictions are those from before the step. Being sure is not being right: the network can come to
call every image the same, so a caller has to ask `has_collapsed`.
"""

import copy
import math
from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from medapp.models.network import Network

RATE = 1e-3  # the paper's, for Adam
# Of the entropy that the predicted shares had before; below it the classes have run together.
COLLAPSED = 0.5


def adapt_by_entropy(network: Network, batches: Iterable[Tensor]) -> tuple[Network, Tensor]:
    """A copy of a network, adapted to images once through, and what it said of them meanwhile.

    Args:
        batches: normalised images (n, 3, S, S); of many images each, in mixed order, as their
            statistics are used.

    Returns:
        The copy, which goes on normalising by the batch; and probabilities (N, K) in the order of
        the images.
    """
    adapted = copy.deepcopy(network).eval().requires_grad_(False)
    learned: list[Tensor] = []
    for layer in adapted.modules():
        if isinstance(layer, _BatchNorm):
            layer.train()
            # Without kept statistics those of the batch are used, in evaluation too.
            layer.track_running_stats = False
            layer.running_mean = layer.running_var = None
            layer.requires_grad_(True)
            learned += layer.parameters()
    optimiser = torch.optim.Adam(learned, lr=RATE)
    said: list[Tensor] = []
    for batch in batches:
        probabilities = network.task.activate(adapted(batch).float())
        said.append(probabilities.detach().cpu())
        optimiser.zero_grad()
        measure_entropy(probabilities).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return adapted.requires_grad_(False), torch.cat(said)


def measure_entropy(probabilities: Tensor) -> Tensor:
    """The mean entropy, in nats, of probabilities (n, K)."""
    return -(probabilities * probabilities.clamp_min(1e-12).log()).sum(1).mean()


def has_collapsed(before: NDArray[np.integer], after: NDArray[np.integer], count: int) -> bool:
    """Whether the shares of the decided classes have far less entropy than before.

    Args:
        before, after: (N,) the class of each image, as the network decided before and after.
        count: how many classes there are.
    """
    was, now = (_measure_spread(classes, count) for classes in (before, after))
    return now < COLLAPSED * was


def _measure_spread(classes: NDArray[np.integer], count: int) -> float:
    shares = np.bincount(classes, minlength=count) / len(classes)
    return -sum(float(share) * math.log(share) for share in shares if share > 0)
