"""Does a map follow what was learned? The network is randomised part by part, from the head down.

Cascading randomisation of Adebayo et al. 2018 (arXiv 1810.03292, section 3.1), but for how weights
become random: the entries of each tensor are shuffled, so that nothing of what was learned is left
and the tensor's size and spread stay. Drawn anew, weights beside kept running means could give
maps that are blank for that reason alone.
"""

import copy
from collections.abc import Iterator

import torch
from torch import nn

from medapp.models.network import Network


def randomise(network: Network, seed: int) -> Iterator[tuple[str, Network]]:
    """The network with its head random, then the part before it too, and so on to the first.

    Each is the same copy, changed further; the network that was given stays as it is.

    Yields:
        The name of the part that became random last, and the copy in evaluation mode.
    """
    shuffled = copy.deepcopy(network).eval()
    parts: list[tuple[str, nn.Module]] = [
        ("head", shuffled.head),
        ("pool", shuffled.pool),
        *reversed(shuffled.stages),
    ]
    generator = torch.Generator().manual_seed(seed)
    for name, part in parts:
        weights = list(part.parameters())
        for weight in weights:
            shuffle(weight, generator)
        if weights:
            yield name, shuffled


@torch.no_grad()
def shuffle(weight: torch.Tensor, generator: torch.Generator) -> None:
    """Put the entries of a tensor in a random order, in place."""
    order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
    weight.copy_(weight.flatten()[order].view_as(weight))
