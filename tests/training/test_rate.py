"""The learning rate goes over the steps as the recipe says."""

import math

import pytest
import torch

from medapp.training.optimisers import OPTIMISERS
from medapp.training.rate import Rate
from medapp.training.recipe.groups import Optimisation


def build_groups(*peaks: float) -> list[dict[str, object]]:
    return [
        {
            "params": [torch.nn.Parameter(torch.ones(2))],
            "lr": peak,
            "peak": peak,
            "weight_decay": 0.0,
        }
        for peak in peaks
    ]


def build_rate(steps: int, *peaks: float, **settings: object) -> Rate:
    asked = Optimisation(**settings)
    return Rate(OPTIMISERS["adamw"].build(build_groups(*peaks), asked), asked, steps)


def test_rate_warms_up_and_falls_along_a_cosine() -> None:
    rate = build_rate(50, 1.0, warmup=0.2)
    rates = [rate.set(step) for step in range(50)]
    assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[30] == pytest.approx(0.5)
    assert rates[49] == pytest.approx(0.5 * (1 + math.cos(math.pi * 39 / 40)))


def test_a_constant_rate_stays_after_the_warm_up() -> None:
    rate = build_rate(10, 1.0, warmup=0.2, schedule="constant")
    assert [rate.find_share(step) for step in range(10)] == [0.5, *[1.0] * 9]


def test_each_group_goes_as_a_share_of_its_own_peak() -> None:
    rate = build_rate(20, 1.0, 0.25, warmup=0.0)
    for step in range(20):
        head = rate.set(step)
        assert [group["lr"] for group in rate.optimiser.param_groups] == [head, head / 4]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_of_hardly_a_step_has_a_rate(steps: int) -> None:
    assert build_rate(steps, 1.0).set(0) == 1.0
