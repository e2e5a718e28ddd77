"""The anchor: features stay near those of the network at the start."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn

from medapp.models.network import Head
from medapp.task import find_task
from medapp.training.batch import Batch
from medapp.training.objectives.anchored import Anchored, measure_shift
from medapp.training.objectives.objective import Position
from medapp.training.objectives.supervised import Supervised

START = Position(0, 0, 0.0)


def build_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), Head(4, 2))


def build_batch(n: int = 6) -> Batch:
    inputs = torch.from_numpy(np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32))
    targets = torch.arange(n) % 2
    return Batch(inputs, targets, None, torch.zeros(n, dtype=torch.int64), n, float(n))


def build(network: nn.Sequential, weight: float = 3.0) -> Anchored:
    inner = Supervised(find_task("single-label"), None, 0.0)
    return Anchored(inner, network, weight, nullcontext)


def test_a_shift_is_the_squared_distance_over_the_old_length() -> None:
    old = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    new = torch.tensor([[3.0, 4.0], [1.0, 2.0]])
    # 0 / 25 and 1 / 4.
    assert measure_shift(new, old).tolist() == [0.0, 0.25]
    assert torch.isfinite(measure_shift(new, torch.zeros(2, 2))).all()


def test_at_the_start_nothing_is_added_and_later_the_mean_shift_times_the_weight() -> None:
    network = build_network()
    anchored = build(network)
    batch = build_batch()
    first = anchored.loss(network, batch, START)
    assert first.terms["anchor"] == 0.0
    assert first.total.item() == pytest.approx(first.terms["supervised"])
    with torch.no_grad():
        network[0].weight.mul_(2.0)
        network[0].bias.mul_(2.0)
    # Twice the features: the distance is the old length, and each image's shift is 1.
    later = anchored.loss(network, batch, START)
    assert later.terms["anchor"] == pytest.approx(3.0)
    assert later.total.item() == pytest.approx(sum(later.terms.values()))


def test_the_old_network_learns_nothing_and_its_copy_is_apart() -> None:
    network = build_network()
    anchored = build(network)
    with torch.no_grad():
        network[0].weight.add_(1.0)
    anchored.loss(network, build_batch(), START).total.backward()
    assert not list(anchored.extra.parameters())
    assert network[0].weight.grad is not None
    # The pull goes back towards the start: a step along it makes the shift smaller.
    before = anchored.loss(network, build_batch(), START).terms["anchor"]
    with torch.no_grad():
        network[0].weight.sub_(1.0)
    assert anchored.loss(network, build_batch(), START).terms["anchor"] < before


def test_parts_of_a_batch_add_up() -> None:
    network = build_network()
    anchored = build(network)
    with torch.no_grad():
        network[0].weight.add_(0.5)
    batch = build_batch()
    parts = [batch.take(np.array(some)) for some in ([0, 1], [2, 3, 4, 5])]
    totals = [anchored.loss(network, part, START).total.item() for part in parts]
    whole = anchored.loss(network, batch, START).total.item()
    assert sum(totals) == pytest.approx(whole)


def test_no_hook_stays_behind() -> None:
    network = build_network()
    anchored = build(network)
    anchored.loss(network, build_batch(), START)
    assert not network[1]._forward_pre_hooks
