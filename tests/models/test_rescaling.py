"""Convolutions before a norm are scaled, and the network says what it said."""

import pytest
import torch
from torch import nn

from medapp.models.architectures import find_architecture
from medapp.models.network import Network
from medapp.models.rescaling import find_pairs, rescale_convolutions


def build_trained(architecture: str, seed: int = 1) -> Network:
    """A network whose convolutions and norms are of all sizes."""
    torch.manual_seed(seed)
    network = Network(architecture, ("a", "b")).eval()
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                layer.weight.mul_(0.2 + 4 * torch.rand(1))
            if isinstance(layer, nn.BatchNorm2d):
                assert layer.running_mean is not None
                assert layer.running_var is not None
                layer.running_mean.normal_()
                layer.running_var.uniform_(0.1, 4)
    return network


@pytest.mark.parametrize(
    ("architecture", "count"),
    [
        ("resnet18", 20),
        ("resnet50", 53),
        ("vgg16_bn", 13),
        ("densenet121", 59),
        ("efficientnet_b0", 49),
        ("convnext_tiny", 0),
    ],
)
def test_the_network_says_what_it_said(architecture: str, count: int) -> None:
    network = build_trained(architecture)
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        before = network(x)
        assert rescale_convolutions(network) == len(find_pairs(network)) == count
        after = network(x)
    assert torch.allclose(after, before, rtol=1e-3, atol=1e-4 * float(before.abs().max()))


def test_spreads_are_then_those_of_random_weights() -> None:
    network = build_trained("resnet18")
    drawn = dict(find_architecture("resnet18").build().state_dict())
    spreads = [
        drawn[name].std() / w.std() for name, w in network.model.state_dict().items() if w.ndim == 4
    ]
    assert max(spreads) > 2 * min(spreads)
    rescale_convolutions(network)
    for name, weight in network.model.state_dict().items():
        if weight.ndim == 4:
            assert float(weight.std()) == pytest.approx(float(drawn[name].std()), rel=0.05), name


def test_only_the_part_that_was_asked_for_is_scaled() -> None:
    network = build_trained("resnet18")
    before = {name: tensor.clone() for name, tensor in network.model.state_dict().items()}
    assert rescale_convolutions(network, network.stages[-1][1]) == 5
    changed = {
        name.split(".")[0]
        for name, tensor in network.model.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    assert changed == {"layer4"}


def test_a_network_that_learns_goes_on_learning() -> None:
    network = build_trained("resnet18").train()
    rescale_convolutions(network)
    assert all(part.training for part in network.modules())
    counted = network.model.state_dict()["bn1.num_batches_tracked"]
    assert int(counted) == 0


def test_a_convolution_whose_norm_has_no_spread_is_left_as_it_is() -> None:
    network = build_trained("resnet18")
    with torch.no_grad():
        network.model.bn1.running_var.zero_()  # type: ignore[union-attr, operator]
        network.model.conv1.weight.mul_(10)  # type: ignore[union-attr, operator]
    before = network.model.conv1.weight.clone()  # type: ignore[union-attr, operator]
    assert rescale_convolutions(network) == 19
    assert torch.equal(network.model.conv1.weight, before)  # type: ignore[arg-type]
