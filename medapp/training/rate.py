"""How the learning rate of a recipe goes over the steps."""

import math

import torch

from medapp.training.recipe.groups import Optimisation


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
