"""Adversarial training: each step learns from its images changed for the worse.

Madry et al. 2018, arXiv 1706.06083, equation 2.1: the loss is made small where it is largest within
a strength of each image. The inner maximum is sought by PGD, or with one step by FGSM from a random
start (Wong, Rice & Kolter 2020, arXiv 2001.03994). It buys robustness to small worst-case changes,
usually at the cost of figures on plain images; that it helps transfer in medicine is unproven.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn

from medapp.evaluation.robustness.ascent import (
    climb,
    differentiate,
    draw_start,
    find_step_size,
)
from medapp.models.network import Network, normalise
from medapp.training.batch import Batch
from medapp.training.objectives.objective import Attack, Loss, Position
from medapp.training.objectives.supervised import Supervised
from medapp.training.seeds import seed_of


class Adversarial(Supervised):
    """The task's loss on attacked images.

    Every image is attacked from a random start of its own seed, so that a batch may be computed in
    parts and a run that goes on takes the same steps. The attack asks the network in evaluation
    mode: no statistics change, no dropout is drawn.
    """

    def attack(self, attack: Attack) -> "Adversarial":
        """Take what an attack needs to know; gives the objective."""
        self._attack = attack
        return self

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The summed loss of a part's attacked images, over the weight of the whole batch."""
        found = super().loss(network, replace(batch, inputs=self._change(batch)), position)
        return replace(found, terms={"adversarial": found.terms["supervised"]})

    def _change(self, batch: Batch) -> Tensor:
        """The inputs (n, 3, S, S) after the attack."""
        attack = self._attack
        plain = attack.network.normalisation
        mean, std = (
            torch.tensor(values, device=batch.inputs.device).view(1, 3, 1, 1)
            for values in (plain.mean, plain.std)
        )
        images = (batch.inputs * std + mean).clamp(0, 1)[:, : attack.channels]
        seeds = [seed_of(seed, "attack") for seed in batch.seeds.tolist()]
        there = draw_start(images, attack.strength, seeds)
        size = find_step_size(attack.strength, attack.steps)
        with _evaluating(attack.network), attack.autocast():
            for _ in range(attack.steps):
                _, gradient = differentiate(attack.network, plain, self.task, there, batch.targets)
                there = climb(there, gradient, size, images, attack.strength)
        return normalise(there, plain)


@contextmanager
def _evaluating(network: Network) -> Iterator[None]:
    """A network in evaluation mode; afterwards each of its layers has the mode that it had."""
    views = (network, *(stage for _, stage in network.stages), network.pool)
    modes = [(layer, layer.training) for view in views for layer in view.modules()]
    network.eval()
    try:
        yield
    finally:
        for layer, mode in modes:
            layer.training = mode
