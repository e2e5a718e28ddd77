"""AdaBN: a network's BatchNorm layers with the statistics of one hospital's images.

Li, Wang, Shi, Liu & Hou 2017, "Revisiting batch normalization for practical domain adaptation"
(arXiv 1603.04779). Both hospitals have to be seen through a network of their own statistics, and
the head has to be fitted again: with the target's alone, a head meets features that it never saw.
"""

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def has_batch_norm(part: nn.Module) -> bool:
    """Whether there are statistics to estimate."""
    return any(isinstance(layer, _BatchNorm) for layer in part.modules())


def estimate_statistics(part: nn.Module, batches: Iterable[Tensor]) -> nn.Module:
    """A copy of a network's part whose BatchNorm layers have the statistics of these images.

    Each layer's mean and variance are the mean over batches of the batch's own, with the layers
    before it normalising by the batch. All else stays as in evaluation.

    Args:
        batches: normalised images (n, 3, S, S), at least one batch; better all of about one size.
    """
    adapted = copy.deepcopy(part).eval()
    for layer in adapted.modules():
        if isinstance(layer, _BatchNorm):
            layer.reset_running_stats()
            layer.momentum = None  # the mean over all batches, instead of a moving one
            layer.train()
    with torch.inference_mode():
        for batch in batches:
            adapted(batch)
    for layer, original in zip(adapted.modules(), part.modules(), strict=True):
        if isinstance(layer, _BatchNorm) and isinstance(original, _BatchNorm):
            layer.momentum = original.momentum
    return adapted.eval()
