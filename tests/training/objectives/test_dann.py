"""DANN: the gradient turned round, its strength, and hospitals that cannot be told apart."""

import math

import pytest
import torch
from torch import nn

from medapp.models.network import Head
from medapp.task import find_task
from medapp.training.batch import Batch
from medapp.training.objectives.dann import Dann, find_strength, reverse_gradient
from medapp.training.objectives.objective import Position, Setting


def test_the_gradient_is_turned_round() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = reverse_gradient(x, 0.3)
    assert torch.equal(y, x)
    (y * torch.tensor([1.0, 10.0])).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([-0.3, -3.0])


def test_the_strength_grows_from_0_to_1() -> None:
    assert find_strength(0.0) == 0
    assert find_strength(0.1) == pytest.approx((1 - math.exp(-1)) / (1 + math.exp(-1)))
    assert find_strength(1.0) == pytest.approx(1, abs=1e-4)


def build_batch(inputs: torch.Tensor, targets: torch.Tensor) -> Batch:
    """The first half of the images is labelled, the other one the target's."""
    n = len(targets)
    return Batch(
        inputs,
        targets,
        torch.arange(2 * n) // n,
        torch.zeros(2 * n, dtype=torch.int64),
        2 * n,
        n,
        torch.arange(n),
    )


def test_the_network_learns_features_that_do_not_tell_the_hospitals_apart() -> None:
    # The first coordinate tells the class, the second one the hospital, and the class a little: the
    # one feature is best a mixture of both, unless hospitals must not be told apart.
    generator = torch.Generator().manual_seed(2)
    points = torch.randn(400, 2, generator=generator)
    classes = (torch.arange(400) % 2).long()
    points[:, 0] += 2 * classes - 1
    points[:, 1] += classes
    points[200:, 1] += 4
    batch = build_batch(points, classes[:200])

    def learn(weight: float) -> float:
        torch.manual_seed(0)
        setting = Setting(find_task("single-label"), None, 0.0, features=1, weight=weight)
        objective = Dann(setting)
        network = nn.Sequential(nn.Linear(2, 1), Head(1, 2))
        learning = [*network.parameters(), *objective.extra.parameters()]
        optimiser = torch.optim.Adam(learning, lr=0.05)
        for step in range(400):
            optimiser.zero_grad()
            objective.loss(network, batch, Position(0, step, step / 400)).total.backward()
            optimiser.step()
        with torch.no_grad():
            assert (network(points).argmax(1) == classes)[:200].float().mean() > 0.8
        own, other = network[0].weight[0].tolist()
        return abs(other / own)

    # The best line between the classes goes by their means, which are (2, 1) apart.
    assert learn(0.0) == pytest.approx(0.5, abs=0.02)
    assert learn(1.0) < 0.2
