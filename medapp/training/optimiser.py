"""The optimiser of a recipe, and how its rate goes over the steps."""

import math
from typing import Any

import torch

from medapp.training.recipe.groups import Optimisation


class DecoupledSGD(torch.optim.SGD):
    """SGD that takes a group's `decay` from the weights and not, as a penalty, from the gradient.

    w ← w · (1 − rate · decay) before each step (Loshchilov & Hutter 2019, algorithm 1, with the
    decay scaled by the rate as in torch's AdamW). A group without `decay`, as in a checkpoint of an
    earlier version, keeps its penalty, `weight_decay`.
    """

    def step(self, closure: Any = None) -> Any:
        """Shrink the weights, then take the step."""
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter.mul_(1 - group["lr"] * group.get("decay", 0.0))
        return super().step(closure)


def build_optimiser(groups: list[dict[str, Any]], settings: Optimisation) -> torch.optim.Optimizer:
    """SGD, Adam or AdamW over groups of parameters.

    Weight decay means one thing for all of them: a step takes the share rate · decay from the
    weights, apart from the gradient. Adam is then AdamW by another name.
    """
    if settings.optimiser == "sgd":
        momentum = settings.momentum
        own = [{**group, "weight_decay": 0.0, "decay": group["weight_decay"]} for group in groups]
        return DecoupledSGD(own, momentum=momentum, nesterov=momentum > 0)
    if settings.optimiser == "adamw":
        return torch.optim.AdamW(groups, fused=True)
    return torch.optim.Adam(groups, fused=True, decoupled_weight_decay=True)


class Rate:
    """The learning rate over the steps: warm-up, then the schedule.

    The rate of each group of parameters is a share of the group's own `peak`.
    """

    def __init__(
        self, optimiser: torch.optim.Optimizer, settings: Optimisation, steps: int
    ) -> None:
        self.optimiser = optimiser
        self.settings = settings
        self.steps = max(1, steps)

    def find_share(self, step: int) -> float:
        """The rate at a step (from 0) of the whole run, as a share of the peak."""
        warm = max(1, round(self.settings.warmup * self.steps))
        if step < warm:
            return (step + 1) / warm
        if self.settings.schedule == "constant":
            return 1.0
        done = (step - warm) / max(1, self.steps - warm)
        return 0.5 * (1 + math.cos(math.pi * done))

    def set(self, step: int, left: float = 1.0) -> float:
        """Set the rates of a step; gives the head's.

        Args:
            left: what an early end leaves of the schedule's rate, 0 to 1.
        """
        share = self.find_share(step) * left
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share
        return float(self.optimiser.param_groups[0]["lr"])
