"""A trained network with another head: what a run over several data sets keeps for each of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor

from medapp.models.architectures import find_architecture
from medapp.models.network import Network
from medapp.models.weights import load_network, save_network


def save_with_head(
    path: Path,
    to: Path,
    classes: Sequence[str],
    head: Mapping[str, Tensor],
    facts: Mapping[str, str],
) -> None:
    """Write the network of a file once more, with another head in place of its own.

    Args:
        path: what `save_network` wrote.
        classes: of the other head, in the order of its logits.
        head: the other head's state, `weight` (K, F) and `bias` (K,).
        facts: metadata, as for `save_network`.
    """
    network, _ = load_network(path)
    other = Network(network.architecture, classes, network.task)
    own = f"{find_architecture(network.architecture).head}."
    tensors = network.model.state_dict()
    shared = {name: tensor for name, tensor in tensors.items() if not name.startswith(own)}
    other.model.load_state_dict(shared, strict=False)
    other.head.load_state_dict(head)
    other.normalisation = network.normalisation
    save_network(other, to, facts)
