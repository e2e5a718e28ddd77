import pytest
import torch

from medapp.models.network import Network
from medapp.training.recipe.recipe import STRATEGIES, Recipe
from medapp.training.strategies import cut_network, group_parameters


@pytest.mark.parametrize("name", STRATEGIES)
def test_prefix_then_suffix_is_the_network(name: str) -> None:
    network = Network("resnet18", ("a", "b", "c")).eval()
    x = torch.randn(2, 3, 64, 64)
    prefix, suffix = cut_network(network, STRATEGIES[name])
    with torch.no_grad():
        assert torch.equal(suffix(x if prefix is None else prefix(x)), network(x))


@pytest.mark.parametrize(
    ("name", "learning"),
    [
        ("linear-probe", 513 * 3),
        ("last-stage", 8_393_728 + 513 * 3),
        ("fine-tune", 11_176_512 + 513 * 3),
    ],
)
def test_only_the_suffix_learns(name: str, learning: int) -> None:
    network = Network("resnet18", ("a", "b", "c"))
    prefix, suffix = cut_network(network, STRATEGIES[name])
    assert sum(p.numel() for p in suffix.parameters()) == learning
    assert sum(p.numel() for p in network.parameters() if p.requires_grad) == learning
    assert prefix is None or not prefix.training


def test_head_and_backbone_learn_at_their_own_rates() -> None:
    network = Network("resnet18", ("a", "b"))
    _, suffix = cut_network(network, STRATEGIES["fine-tune"])
    groups = group_parameters(
        network, suffix, Recipe("d", learning_rate=0.01, backbone_rate=0.1, weight_decay=0.5)
    )
    rate = {id(p): g["lr"] for g in groups for p in g["params"]}  # type: ignore[attr-defined]
    decay = {id(p): g["weight_decay"] for g in groups for p in g["params"]}  # type: ignore[attr-defined]
    assert len(rate) == len(list(network.parameters()))
    assert rate[id(network.head.weight)] == 0.01
    assert rate[id(network.model.conv1.weight)] == pytest.approx(0.001)
    assert decay[id(network.model.conv1.weight)] == 0.5
    assert decay[id(network.model.bn1.weight)] == decay[id(network.head.bias)] == 0.0


@pytest.mark.parametrize(("optimiser", "head"), [("adamw", 0.001), ("adam", 0.001), ("sgd", 0.02)])
def test_rates_of_zero_are_the_default_of_strategy_and_optimiser(
    optimiser: str, head: float
) -> None:
    network = Network("resnet18", ("a", "b"))
    _, suffix = cut_network(network, STRATEGIES["fine-tune"])
    groups = group_parameters(network, suffix, Recipe("d", optimiser=optimiser))
    assert sorted({g["peak"] for g in groups}) == pytest.approx([head / 2, head])  # type: ignore[type-var]
