"""An anchor: whatever else is learned, features stay near those of the network at the start."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from medapp.task.task import Targets
from medapp.training.batch import Batch
from medapp.training.objectives.features import catch_features, compute_with_features
from medapp.training.objectives.objective import Loss, Objective, Position

NAME = "anchor"
LEAST = 1e-6  # of a squared length, so that features that are all zero divide nothing


class Anchored:
    """Another objective, and beside it how far the features have moved.

    The term is weight · mean over images of ‖f(x) − f₀(x)‖² / ‖f₀(x)‖², where f are the features
    before the head, f₀ those of the network as it was when this object was made. Learning without
    forgetting (Li & Hoiem 2016, arXiv 1606.09282) holds the old network's outputs on the new
    images; holding its features instead, as here, is less-forgetful learning (Jung et al. 2018,
    arXiv 1711.05959), which needs no old classes. Both networks see the same augmented image; the
    old one is in evaluation mode.

    Args:
        objective: what is learned.
        suffix: images or features to logits, what learns of the network.
        weight: of the term, above 0.
        autocast: the precision in which the old network computes.
    """

    def __init__(
        self,
        objective: Objective,
        suffix: nn.Module,
        weight: float,
        autocast: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.objective = objective
        self.extra = objective.extra
        self.weight = weight
        self._autocast = autocast
        self._old = copy.deepcopy(suffix).requires_grad_(False).eval()

    def count_weight(self, targets: Targets) -> float:
        """What the other objective divides by."""
        return self.objective.count_weight(targets)

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The other objective's loss and the term, as this part's share of the batch's mean."""
        with catch_features(network) as caught:
            loss = self.objective.loss(network, batch, position)
        moved = measure_shift(caught[0], self._find_old(batch.inputs)).sum() / batch.count
        term = self.weight * moved
        terms = {**loss.terms, NAME: float(term.detach())}
        return replace(loss, total=loss.total + term, terms=terms)

    def _find_old(self, inputs: Tensor) -> Tensor:
        with torch.no_grad(), self._autocast():
            return compute_with_features(self._old, inputs)[1]

    def prepare_evaluation(self, network: nn.Module) -> None:
        """As the other objective does."""
        self.objective.prepare_evaluation(network)


def measure_shift(features: Tensor, old: Tensor) -> Tensor:
    """How far features (n, F) are from old ones: the squared distance over the old length (n,)."""
    new, past = features.float(), old.float()
    return (new - past).square().sum(1) / past.square().sum(1).clamp(min=LEAST)
