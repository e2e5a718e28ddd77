"""A network's features beside its logits, in one pass."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from medapp.models.network import Head


def compute_with_features(network: nn.Module, inputs: Any) -> tuple[Tensor, Tensor]:
    """Logits (n, …), and the features (n, F) float32 that the head made them of.

    The whole network is called, so that what wraps it (mixed precision, several processes) does its
    part; the head, which stays the same object within, tells what it was given.
    """
    (head,) = (module for module in network.modules() if isinstance(module, Head))
    given: list[Tensor] = []
    note: Callable[..., None] = lambda _, arguments: given.append(arguments[0])  # noqa: E731
    with head.register_forward_pre_hook(note):
        logits = network(inputs)
    return logits, given[0].float()
