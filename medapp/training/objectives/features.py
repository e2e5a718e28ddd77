"""A network's features beside its logits, in one pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from medapp.models.network import Head


@contextmanager
def catch_features(network: nn.Module) -> Iterator[list[Tensor]]:
    """A list that takes the features (n, F) that the head is given in each pass of the block.

    The whole network is called, so that what wraps it (mixed precision, several processes) does its
    part; the head, which stays the same object within, tells what it was given.
    """
    (head,) = (module for module in network.modules() if isinstance(module, Head))
    caught: list[Tensor] = []

    def catch(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        caught.append(inputs[0])

    with head.register_forward_pre_hook(catch):
        yield caught


def compute_with_features(network: nn.Module, inputs: Any) -> tuple[Tensor, Tensor]:
    """Logits (n, …), and the features (n, F) float32 that the head made them of."""
    with catch_features(network) as caught:
        logits = network(inputs)
    return logits, caught[0].float()
