"""Convolutions before a BatchNorm, scaled without changing what the network says.

A norm divides by the spread of what it gets, so the scale of the weights before it is free
(van Laarhoven 2017, arXiv 1706.05350). It is not free for an optimiser whose steps have a length of
their own, such as Adam: large weights learn slowly, small ones fast.
"""

import torch
from torch import Tensor, nn

from medapp.models.architectures import find_architecture
from medapp.models.network import Network

# The norms that divide by kept statistics.
Norm = nn.BatchNorm2d


def rescale_convolutions(network: Network, within: nn.Module | None = None) -> int:
    """Give convolutions before a BatchNorm the spread that random weights would have.

    A convolution of weights w becomes s · w, its norm's mean s · μ and its variance
    s² · (σ² + ε) − ε, so that the norm gives what it gave. One whose variance would be below 0
    stays as it is.

    Args:
        within: only the convolutions of this part of the network; None for all.

    Returns:
        How many convolutions were scaled.
    """
    chosen = {id(module) for module in (within or network).modules()}
    pairs = [pair for pair in find_pairs(network) if id(pair[0]) in chosen]
    names = {id(module): name for name, module in network.model.named_modules()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        random = find_architecture(network.architecture).build()
    scaled = 0
    for convolution, norm in pairs:
        drawn = random.get_parameter(f"{names[id(convolution)]}.weight")
        scaled += _scale(
            convolution, norm, float(drawn.detach().std() / convolution.weight.detach().std())
        )
    return scaled


@torch.no_grad()
def _scale(convolution: nn.Conv2d, norm: Norm, scale: float) -> bool:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    variance = scale**2 * (norm.running_var + norm.eps) - norm.eps
    if not bool((variance >= 0).all()):
        return False
    convolution.weight.mul_(scale)
    if convolution.bias is not None:
        convolution.bias.mul_(scale)
    norm.running_mean.mul_(scale)
    norm.running_var.copy_(variance)
    return True


def find_pairs(network: Network) -> list[tuple[nn.Conv2d, Norm]]:
    """The convolutions whose maps go into a BatchNorm as they are, each with that norm."""
    made: dict[int, tuple[nn.Conv2d, Tensor]] = {}
    pairs: list[tuple[nn.Conv2d, Norm]] = []

    def note_maps(layer: nn.Module, _: object, maps: Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        made[id(maps)] = (layer, maps)

    def note_norm(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        assert isinstance(layer, Norm)
        if id(given[0]) in made:
            pairs.append((made[id(given[0])][0], layer))

    hooks = []
    for layer in network.model.modules():
        if isinstance(layer, nn.Conv2d):
            hooks.append(layer.register_forward_hook(note_maps))
        elif isinstance(layer, Norm):
            hooks.append(layer.register_forward_pre_hook(note_norm))
    size = find_architecture(network.architecture).least_size
    was_training = network.training
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, size, size, device=network.head.weight.device))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return pairs
