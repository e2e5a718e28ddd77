"""What stays frozen for a while takes no step, and norms keep what they are told to keep."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from medapp.training.freezing import Freezing
from medapp.training.optimisers import OPTIMISERS
from medapp.training.recipe.groups import Optimisation, StrategyChoice


def build_stage(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 4), nn.BatchNorm1d(4), nn.ReLU())


def build_freezing(**settings: object) -> tuple[nn.Sequential, Freezing]:
    """Three stages and a head."""
    torch.manual_seed(0)
    stages = [build_stage(2), build_stage(4), build_stage(4)]
    network = nn.Sequential(*stages, nn.Linear(4, 2))
    return network, Freezing(network, stages, StrategyChoice(**settings))


def take_step(network: nn.Sequential, optimiser: torch.optim.Optimizer) -> list[bool]:
    """Which stages and, last, whether the head changed in a step, statistics included."""
    before = [{k: v.clone() for k, v in part.state_dict().items()} for part in network]
    network(torch.randn(8, 2)).square().sum().backward()
    optimiser.step()
    optimiser.zero_grad()
    return [
        any(not torch.equal(tensor, old[name]) for name, tensor in part.state_dict().items())
        for part, old in zip(network, before, strict=True)
    ]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_stages_join_one_after_the_other_the_last_first(optimiser: str) -> None:
    """Ten steps, three stages, all of them by the sixth: one joins after every two steps."""
    network, freezing = build_freezing(unfreezing=0.6)
    groups = [{"params": list(network.parameters()), "lr": 0.1, "peak": 0.1, "weight_decay": 0.1}]
    steps = OPTIMISERS[optimiser].build(groups, Optimisation())
    changed = []
    for step in range(10):
        freezing.set(step / 10)
        changed.append(take_step(network, steps))
    head = [False, False, False, True]
    assert changed[:2] == [head] * 2
    assert changed[2:4] == [[False, False, True, True]] * 2
    assert changed[4:6] == [[False, True, True, True]] * 2
    assert changed[6:] == [[True] * 4] * 4


@given(st.integers(1, 8), st.floats(0.01, 0.9), st.integers(1, 300))
def test_all_stages_join_in_time_and_none_leaves(stages: int, share: float, steps: int) -> None:
    parts = [nn.Linear(1, 1) for _ in range(stages)]
    freezing = Freezing(nn.Sequential(*parts), parts, StrategyChoice(unfreezing=share))
    counts = [freezing.count_joined(step / steps) for step in range(steps + 1)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert freezing.count_joined(share) == counts[-1] == stages


def test_without_unfreezing_everything_learns_from_the_start() -> None:
    network, freezing = build_freezing()
    freezing.set(0.0)
    assert all(part.training for part in network.modules())
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_what_is_frozen_stays_so_after_a_look_at_the_validation_images() -> None:
    network, freezing = build_freezing(unfreezing=0.6, norms="keep")
    freezing.set(0.3)
    wanted = [part.training for part in network.modules()]
    network.eval()
    freezing.set(0.3)
    assert [part.training for part in network.modules()] == wanted
    assert [part.training for part in network] == [False, False, True, True]


def test_kept_norms_keep_their_statistics_while_scale_and_shift_learn() -> None:
    network, freezing = build_freezing(norms="keep")
    norm = network[1][1]
    norm.running_mean.fill_(0.25)
    norm.running_var.fill_(4.0)
    groups = [{"params": list(network.parameters()), "lr": 0.1, "peak": 0.1, "weight_decay": 0.0}]
    freezing.set(0.0)
    take_step(network, OPTIMISERS["adamw"].build(groups, Optimisation()))
    assert norm.running_mean.tolist() == [0.25] * 4
    assert norm.running_var.tolist() == [4.0] * 4
    assert not torch.equal(norm.weight, torch.ones(4))
    # It is these statistics that it divides by: (1 − 0.25)/√4.
    with torch.no_grad():
        norm.weight.fill_(1.0)
        norm.bias.fill_(0.0)
        assert norm(torch.ones(2, 4)) == pytest.approx(torch.full((2, 4), 0.375), abs=1e-5)
