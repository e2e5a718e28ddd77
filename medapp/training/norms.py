"""Statistics of BatchNorm, measured anew by the weights as they are."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

B = TypeVar("B")


def list_norms(module: nn.Module) -> list[_BatchNorm]:
    """The layers of a module that keep statistics."""
    return [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]


def measure_statistics(
    module: nn.Module, batches: Iterable[tuple[int, B]], compute: Callable[[B], object]
) -> None:
    """Replace the moving averages of a module's norms by means over whole batches.

    While it learns, a norm's mean and variance are averages over the last batches, by weights that
    have changed since. Here they are the mean of all batches' means and of their variances, by one
    and the same weights (Wu & Johnson 2021, arXiv 2105.07576, section 3). Only norms that are in
    training mode are measured; the module is left in evaluation mode.

    Args:
        batches: how many images each holds, and what `compute` takes.
        compute: runs the module on a batch.
    """
    norms = [norm for norm in list_norms(module) if norm.training]
    momenta = [norm.momentum for norm in norms]
    # Dropout and norms that keep their statistics are as when the network is judged.
    module.eval()
    seen = 0
    with torch.no_grad():
        for count, batch in batches if norms else ():
            seen += count
            for norm in norms:
                norm.train()
                norm.momentum = count / seen
            compute(batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    module.eval()
