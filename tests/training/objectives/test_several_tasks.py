"""Several data sets: each image's loss is by the head of its own data set."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from medapp.models.network import Head
from medapp.task import find_task
from medapp.training.batch import Batch
from medapp.training.objectives.objective import Position
from medapp.training.objectives.several_tasks import SeveralTasks, Taught

TASK = find_task("single-label")
START = Position(0, 0, 0.0)
DOMAINS = torch.tensor([0, 1, 0, 2, 1, 1])
TARGETS = torch.tensor([1, 2, 0, 0, 0, 1])


class Small(nn.Module):
    """A backbone of one layer with a head of two classes."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(3, 4)
        self.head = Head(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


def build(weights: torch.Tensor | None = None) -> tuple[Small, SeveralTasks]:
    torch.manual_seed(0)
    network = Small()
    tasks = [
        Taught("here", TASK, ("a", "b")),
        Taught("there", TASK, ("c", "d", "e"), weights),
        Taught("far", TASK, ("f", "g")),
    ]
    return network, SeveralTasks(tasks, 4, 0.0, seed=0)


def build_batch() -> Batch:
    inputs = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32))
    return Batch(inputs, TARGETS, DOMAINS, torch.zeros(6, dtype=torch.int64), 6, 6.0)


def test_blank_heads_give_the_logarithm_of_each_count_of_classes() -> None:
    network, objective = build()
    for head in (network.head, *objective.heads):
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
    loss = objective.loss(network, build_batch(), START)
    # Two images of two classes, three of three, one of two.
    wanted = {"here": 2 * log(2) / 6, "there": 3 * log(3) / 6, "far": log(2) / 6}
    assert loss.terms == pytest.approx(wanted)
    assert loss.total.item() == pytest.approx(sum(wanted.values()))


def test_each_image_is_judged_by_its_own_head_and_classes_weigh_as_they_should() -> None:
    weights = torch.tensor([0.5, 1.0, 1.5])
    network, objective = build(weights)
    batch = build_batch()
    features = network.body(batch.inputs)
    heads = [network.head, *objective.heads]
    wanted = 0.0
    for image, (domain, target) in enumerate(zip(DOMAINS, TARGETS, strict=True)):
        own = functional.cross_entropy(heads[domain](features[image]), target)
        wanted += float(own.detach() * (weights[target] if domain == 1 else 1.0)) / 6
    loss = objective.loss(network, batch, START)
    assert loss.total.item() == pytest.approx(wanted, rel=1e-5)
    # The training accuracy is of the data set that validates.
    own = DOMAINS == 0
    said = network.head(features[own]).argmax(1)
    assert loss.right == int((said == TARGETS[own]).sum())


def test_parts_of_a_batch_add_up_and_every_head_has_a_gradient_in_each() -> None:
    network, objective = build()
    batch = build_batch()
    whole = objective.loss(network, batch, START)
    parts = [batch.take(np.array(some)) for some in ([0, 2], [1, 3, 4, 5])]
    totals = []
    for part in parts:
        objective.extra.zero_grad(set_to_none=True)
        found = objective.loss(network, part, START)
        found.total.backward()
        # A process with no image of a data set takes part in the sum of its head's gradients.
        assert all(p.grad is not None for p in objective.extra.parameters())
        totals.append(found.total.item())
    assert sum(totals) == pytest.approx(whole.total.item())


def test_a_data_set_moves_its_own_head_alone_and_the_backbone() -> None:
    network, objective = build()
    batch = replace(build_batch().take(np.array([1, 4, 5])), count=3, whole_weight=3.0)
    objective.loss(network, batch, START).total.backward()
    assert not network.head.weight.grad.any()
    assert not objective.heads[1].weight.grad.any()
    assert objective.heads[0].weight.grad.any()
    assert network.body.weight.grad.any()


def test_heads_are_drawn_from_the_seed_and_leave_other_draws_alone() -> None:
    tasks = [Taught("here", TASK, ("a", "b")), Taught("there", TASK, ("c", "d"))]
    torch.manual_seed(5)
    one = SeveralTasks(tasks, 4, 0.0, seed=1)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(1))
    assert torch.equal(one.heads[0].weight, SeveralTasks(tasks, 4, 0.0, seed=1).heads[0].weight)
    other = SeveralTasks(tasks, 4, 0.0, seed=2)
    assert not torch.equal(one.heads[0].weight, other.heads[0].weight)
