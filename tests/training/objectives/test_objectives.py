"""The table of objectives: a row is enough, and parts of a batch add up to the whole."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from medapp.task import find_task
from medapp.training.feed import Batch, Examples, Feed, Inputs
from medapp.training.objectives.objective import Position, Setting
from medapp.training.objectives.supervised import Supervised
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe import build_recipe

START = Position(0, 0, 0.0)
WEIGHTS = torch.tensor([0.5, 2.0, 1.0])


def build_examples(n: int) -> Examples:
    rows = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    return Examples(Inputs(rows, np.arange(n)), np.arange(n) % 3)


@pytest.mark.parametrize("name", [n for n, row in OBJECTIVES.items() if not row.changes_images])
def test_a_row_is_enough(name: str) -> None:
    row = OBJECTIVES[name]
    objective = row.build(Setting(find_task("single-label"), WEIGHTS, 0.1))
    batch = next(Feed(build_examples(9), 9, seed=0).batches(0, 0, objective.count_weight))
    torch.manual_seed(0)
    network = nn.Linear(4, 3)
    loss = objective.loss(network, _on_tensors(batch), START)
    loss.total.backward()
    assert network.weight.grad is not None
    assert sum(loss.terms.values()) == pytest.approx(loss.total.item())
    assert build_recipe({"data": "d", "objective": name}).objective.name == name
    assert row.title
    assert row.help.endswith(".")


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_supervised_is_torchs_cross_entropy(weights: torch.Tensor | None, smoothing: float) -> None:
    objective = Supervised(find_task("single-label"), weights, smoothing)
    torch.manual_seed(0)
    network = nn.Linear(4, 3)
    batch = _on_tensors(next(Feed(build_examples(14), 14, 0).batches(0, 0, objective.count_weight)))
    reference = nn.CrossEntropyLoss(weights, label_smoothing=smoothing)
    found = objective.loss(network, batch, START)
    wanted = reference(network(batch.inputs), batch.targets)
    assert found.total.item() == pytest.approx(wanted.item())
    assert found.right == int((network(batch.inputs).argmax(1) == batch.targets).sum())


def test_parts_of_a_batch_add_up_to_its_loss() -> None:
    objective = Supervised(find_task("single-label"), WEIGHTS, 0.1)
    torch.manual_seed(0)
    network = nn.Linear(4, 3)
    batch = _on_tensors(next(Feed(build_examples(14), 14, 0).batches(0, 0, objective.count_weight)))
    parts = [batch.take(places) for places in np.array_split(np.arange(14), 3)]
    losses = [objective.loss(network, part, START) for part in parts]
    whole = objective.loss(network, batch, START)
    assert sum(loss.total.item() for loss in losses) == pytest.approx(whole.total.item())
    assert sum(loss.right for loss in losses) == whole.right


def _on_tensors(batch: Batch) -> Batch:
    return replace(batch, inputs=torch.from_numpy(np.asarray(batch.inputs)))
