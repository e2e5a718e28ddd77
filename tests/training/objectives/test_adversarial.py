"""Adversarial training attacks within its bound, alike in parts, and leaves the network's modes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medapp.evaluation.robustness.ascent import differentiate
from medapp.models.network import Network, to_input
from medapp.task import find_task
from medapp.training.batch import Batch
from medapp.training.objectives.adversarial import Adversarial
from medapp.training.objectives.objective import Attack, Position
from medapp.training.objectives.supervised import Supervised
from medapp.training.recipe import build_recipe
from medapp.training.strategies import find_idle

TASK = find_task("single-label")
START = Position(0, 0, 0.0)
STRENGTH = 4 / 255


def build_batch(network: Network, n: int = 6, channels: int = 1) -> Batch:
    pixels = np.random.default_rng(0).integers(0, 256, (n, 32, 32, channels), np.uint8)
    inputs = to_input(torch.from_numpy(pixels), network.normalisation)
    targets = torch.arange(n) % 2
    return Batch(inputs, targets, None, torch.arange(n) + 100, n, float(n))


def build_objective(network: Network, steps: int = 1, channels: int = 1) -> Adversarial:
    attack = Attack(network, STRENGTH, steps, channels)
    return Adversarial(TASK, None, 0.0).attack(attack)


def build_network() -> Network:
    torch.manual_seed(0)
    return Network("resnet18", ("a", "b")).train()


def see(network: Network, batch: Batch, objective: Adversarial) -> torch.Tensor:
    """What the network is given, as images (n, 3, S, S) in 0 to 1."""
    seen: list[torch.Tensor] = []
    handle = network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    objective.loss(network, batch, START)
    handle.remove()
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in vars(network.normalisation).values())
    return seen[-1].detach() * std + mean


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("steps", [1, 3])
def test_images_stay_within_the_strength_and_the_range(channels: int, steps: int) -> None:
    network = build_network()
    batch = build_batch(network, channels=channels)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in vars(network.normalisation).values())
    plain = batch.inputs * std + mean
    seen = see(network, batch, build_objective(network, steps, channels))
    assert STRENGTH / 2 < float((seen - plain).abs().max()) <= STRENGTH + 1e-5
    assert float(seen.min()) >= -1e-5
    assert float(seen.max()) <= 1 + 1e-5
    if channels == 1:
        assert torch.allclose(seen[:, 0], seen[:, 2], atol=1e-5)


def test_an_attack_raises_the_loss_of_the_network_that_it_is_made_for() -> None:
    network = build_network()
    batch = build_batch(network)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in vars(network.normalisation).values())
    seen = see(network, batch, build_objective(network, steps=5))
    network.eval()

    def measure(images: torch.Tensor) -> float:
        logits, _ = differentiate(network, network.normalisation, TASK, images, batch.targets)
        return float(TASK.loss(logits, batch.targets))

    assert measure(seen) > measure(batch.inputs * std + mean)


def test_the_loss_is_that_of_the_attacked_images() -> None:
    network = build_network()
    batch = build_batch(network)
    objective = build_objective(network)
    seen: list[torch.Tensor] = []
    handle = network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    found = objective.loss(network, batch, START)
    handle.remove()
    plain = Supervised(TASK, None, 0.0)
    wanted = plain.loss(network, replace(batch, inputs=seen[-1].detach()), START)
    assert found.total.item() == pytest.approx(wanted.total.item())
    assert found.terms == {"adversarial": pytest.approx(found.total.item())}
    found.total.backward()
    assert network.model.conv1.weight.grad is not None


def test_parts_of_a_batch_are_attacked_as_the_whole_is() -> None:
    """In evaluation mode, where BatchNorm does not make images depend on their batch."""
    network = build_network().eval()
    batch = build_batch(network)
    objective = build_objective(network, steps=2)
    whole = see(network, batch, objective)
    parts = [see(network, batch.take(np.arange(*ends)), objective) for ends in ((0, 2), (2, 6))]
    assert torch.allclose(torch.cat(parts), whole, atol=1e-4)


def test_each_layer_keeps_its_mode_and_its_statistics_of_plain_images_alone() -> None:
    network = build_network()
    network.stages[0][1].eval()
    modes = {name: layer.training for name, layer in network.named_modules()}
    batch = build_batch(network)
    build_objective(network, steps=3).loss(network, batch, START)
    assert {name: layer.training for name, layer in network.named_modules()} == modes
    # One look in training mode, whatever the steps of the attack.
    assert int(network.model.layer1[0].bn1.num_batches_tracked) == 1
    assert int(network.model.bn1.num_batches_tracked) == 0


def test_no_random_number_but_the_images_own_is_drawn() -> None:
    network = build_network()
    batch = build_batch(network)
    objective = build_objective(network)
    before = torch.get_rng_state()
    first = see(network.eval(), batch, objective)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(see(network, batch, objective), first)
    assert not torch.equal(see(network, replace(batch, seeds=batch.seeds + 1), objective), first)


def test_it_is_refused_where_a_part_is_frozen_and_costs_its_steps() -> None:
    values = {"data": "d", "objective": "adversarial", "attack_steps": 3}
    plain = build_recipe({"data": "d"})
    assert build_recipe(values).count_passes() == plain.count_passes() + 6
    for strategy in ("linear-probe", "last-stage", "nearest-neighbours", "small-pixels"):
        with pytest.raises(Exception, match="keeps a part of it frozen"):
            build_recipe({**values, "strategy": strategy})


def test_an_attack_s_settings_are_idle_without_one() -> None:
    assert {"attack_strength", "attack_steps"} <= set(find_idle({"objective": "supervised"}))
    assert not {"attack_strength", "attack_steps"} & set(find_idle({"objective": "adversarial"}))
