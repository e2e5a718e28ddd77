"""The optimiser of a recipe, and how its rate goes over the steps."""

import math
from typing import Any

import torch

from medapp.training.recipe.groups import Optimisation


def build_optimiser(groups: list[dict[str, Any]], settings: Optimisation) -> torch.optim.Optimizer:
    """SGD, Adam or AdamW over groups of parameters."""
    if settings.optimiser == "sgd":
        momentum = settings.momentum
        return torch.optim.SGD(groups, momentum=momentum, nesterov=momentum > 0)
    kind = torch.optim.AdamW if settings.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, fused=True)


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

    def set(self, step: int) -> float:
        """Set the rates of a step; gives the head's."""
        share = self.find_share(step)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share
        return float(self.optimiser.param_groups[0]["lr"])
