"""The table of objectives: a row is enough, and parts of a batch add up to the whole."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from medapp.models.network import Head
from medapp.task import find_task
from medapp.training.batch import Batch, Mix
from medapp.training.examples import Examples, Inputs, join_examples
from medapp.training.feed import Feed
from medapp.training.objectives.objective import Domain, Objective, Position, Setting
from medapp.training.objectives.supervised import Supervised
from medapp.training.objectives.table import OBJECTIVES, Row, list_adaptations
from medapp.training.recipe import build_recipe

START = Position(0, 0, 0.0)
WEIGHTS = torch.tensor([0.5, 2.0, 1.0])


def build_examples(n: int) -> Examples:
    rows = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    return Examples(Inputs(rows, np.arange(n)), np.arange(n) % 3)


def build_feed(row: Row) -> Feed:
    """Nine labelled images, and, where the row learns from more, seven of another data set."""
    if not row.takes:
        return Feed(build_examples(9), 9, seed=0)
    other = build_examples(7)
    if row.takes == "target":
        other = replace(other, targets=other.targets[:0])
    return Feed(join_examples([build_examples(9), other]), 9, seed=0, further=(9,))


@pytest.mark.parametrize("name", [n for n, row in OBJECTIVES.items() if not row.changes_images])
def test_a_row_is_enough(name: str) -> None:
    row = OBJECTIVES[name]
    domains = (Domain("here", ("a", "b", "c"), 9), Domain("there", ("a", "b", "c"), 7))
    setting = Setting(find_task("single-label"), WEIGHTS, 0.1, domains, 4, weight=row.weight)
    torch.manual_seed(0)
    objective = row.build(setting)
    batch = next(build_feed(row).batches(0, 0, objective.count_weight))
    network = Head(4, 3)
    loss = objective.loss(network, _on_tensors(batch), START)
    loss.total.backward()
    assert network.weight.grad is not None
    assert sum(loss.terms.values()) == pytest.approx(loss.total.item())
    assert build_recipe({"data": "d", "objective": name}).objective.name == name
    assert row.title
    assert row.help.endswith(".")


def build_adapting(name: str, weight: float) -> tuple[Objective, Batch, nn.Module]:
    row = OBJECTIVES[name]
    torch.manual_seed(0)
    objective = row.build(Setting(find_task("single-label"), WEIGHTS, 0.1, (), 4, weight=weight))
    batch = next(build_feed(row).batches(0, 0, objective.count_weight))
    return objective, _on_tensors(batch), nn.Sequential(nn.Linear(4, 4), Head(4, 3))


@pytest.mark.parametrize("name", list_adaptations())
def test_the_tasks_loss_is_that_of_the_labelled_images_alone(name: str) -> None:
    objective, batch, network = build_adapting(name, 1.0)
    found = objective.loss(network, batch, START)
    assert batch.domains is not None
    labelled = batch.domains == 0
    logits = network(batch.inputs[labelled])
    wanted = nn.CrossEntropyLoss(WEIGHTS, label_smoothing=0.1)(logits, batch.targets)
    assert found.terms["supervised"] == pytest.approx(wanted.item())
    assert found.right == int((logits.argmax(1) == batch.targets).sum())
    assert set(found.terms) > {"supervised"}


@pytest.mark.parametrize("name", list_adaptations())
def test_the_weight_scales_what_the_network_is_pulled_by(name: str) -> None:
    late = Position(2, 5, 0.9)

    def pull(weight: float) -> torch.Tensor:
        objective, batch, network = build_adapting(name, weight)
        objective.loss(network, batch, late).total.backward()
        gradient = next(network.parameters()).grad
        assert gradient is not None
        return gradient

    nothing, one, three = (pull(weight) for weight in (0.0, 1.0, 3.0))
    assert (one - nothing).abs().max() > 1e-6
    torch.testing.assert_close(three - nothing, 3 * (one - nothing), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", list_adaptations())
def test_parts_without_enough_images_of_both_have_no_term(name: str) -> None:
    objective, batch, network = build_adapting(name, 1.0)
    assert batch.domains is not None
    one = batch.take(np.flatnonzero(batch.domains.numpy() == 0))
    loss = objective.loss(network, one, START)
    assert loss.total.item() == pytest.approx(loss.terms["supervised"])
    loss.total.backward()


@pytest.mark.parametrize("name", list_adaptations())
def test_the_term_of_a_batch_in_parts_is_the_mean_of_theirs(name: str) -> None:
    objective, batch, network = build_adapting(name, 1.0)
    parts = [batch.take(places) for places in np.array_split(np.arange(len(batch)), 2)]
    terms = [objective.loss(network, part, START).terms for part in parts]
    (own,) = set(terms[0]) - {"supervised"}
    # A part that is a batch of its own has the whole term.
    alone = [replace(part, count=len(part)) for part in parts]
    whole = [objective.loss(network, part, START).terms[own] for part in alone]
    wanted = sum(len(p) * w for p, w in zip(parts, whole, strict=True)) / len(batch)
    assert sum(part[own] for part in terms) == pytest.approx(wanted)


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


@pytest.mark.parametrize(
    ("task", "targets", "others"),
    [
        ("single-label", torch.tensor([0, 2, 1]), torch.tensor([2, 1, 0])),
        ("ordinal", torch.tensor([0, 2, 1]), torch.tensor([2, 1, 0])),
        (
            "multi-label",
            torch.tensor([[1.0, 0, 1], [0, torch.nan, 1], [0, 0, 0]]),
            torch.tensor([[0.0, 0, 0], [1.0, 0, 1], [0, torch.nan, 1]]),
        ),
    ],
)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_a_mixed_batch_has_both_labels_losses_by_their_shares(
    task: str, targets: torch.Tensor, others: torch.Tensor, weights: torch.Tensor | None
) -> None:
    rule = find_task(task)
    objective = Supervised(rule, weights, 0.0)
    torch.manual_seed(0)
    network = nn.Linear(4, 2 if task == "ordinal" else 3)
    inputs = torch.randn(3, 4)
    seeds = torch.arange(3)
    weight = rule.count_weight(targets.numpy(), weights)
    plain = Batch(inputs, targets, None, seeds, 3, weight)
    swapped = replace(plain, targets=others)
    mixed = replace(plain, mix=Mix(inputs, others, seeds, 0.75))
    one, other, both = (
        objective.loss(network, batch, START).total.item() for batch in (plain, swapped, mixed)
    )
    assert both == pytest.approx(0.75 * one + 0.25 * other)
    # An order of the same labels weighs as much.
    assert rule.count_weight(others.numpy(), weights) == pytest.approx(weight)


def test_a_mixed_batch_of_one_label_is_cross_entropy_with_soft_targets() -> None:
    objective = Supervised(find_task("single-label"), None, 0.0)
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    targets, others = torch.tensor([0, 1]), torch.tensor([1, 0])
    mix = Mix(logits, others, torch.arange(2), 0.9)
    batch = Batch(logits, targets, None, torch.arange(2), 2, 2.0, mix=mix)
    found = objective.loss(nn.Identity(), batch, START)
    soft = torch.tensor([[0.9, 0.1], [0.1, 0.9]])
    wanted = nn.functional.cross_entropy(logits, soft)
    assert found.total.item() == pytest.approx(wanted.item())
    # By hand: (0.9 · ln(1 + e⁻²) + 0.1 · (ln(1 + e⁻²) + 2) + … with e⁻¹ and 1) / 2
    by_hand = (np.log(1 + np.exp(-2)) + 0.2 + np.log(1 + np.exp(-1)) + 0.1) / 2
    assert found.total.item() == pytest.approx(by_hand)
    assert found.right == 2


def _on_tensors(batch: Batch) -> Batch:
    return replace(batch, inputs=torch.from_numpy(np.asarray(batch.inputs)))
