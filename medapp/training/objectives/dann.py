"""DANN: features by which a classifier cannot tell the hospitals apart.

Ganin et al. 2016, "Domain-adversarial training of neural networks" (JMLR 17; arXiv 1505.07818). A
classifier learns which hospital a feature vector is of; on the way back to the network its gradient
is turned round and scaled by λ = 2 / (1 + exp(−10 p)) − 1, with p the share of the training that is
done (section 5.2.2): first the classifier learns, then the network learns to mislead it.
"""

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from medapp.training.objectives.adapting import Adapting, Seen
from medapp.training.objectives.objective import Position, Setting

HIDDEN = 256  # units of the classifier's hidden layer
SLOPE = 10.0  # of λ, as in the paper


class Dann(Adapting):
    """The task's loss, and how well the hospitals are told apart, against which the network learns.

    `weight` scales the reversed gradient; the classifier itself learns at full strength.
    """

    term: ClassVar[str] = "domain"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.reversal = self.weight
        self.weight = 1.0
        self.extra = nn.Sequential(
            nn.Linear(setting.features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)
        )

    def measure(self, seen: Seen, position: Position) -> Tensor:
        """The mean cross-entropy of the classifier, each hospital counting as its images."""
        features = torch.cat([seen.source, seen.target])
        labels = torch.zeros(len(features), device=features.device)
        labels[len(seen.source) :] = 1
        strength = self.reversal * find_strength(position.share)
        logits = self.extra(reverse_gradient(features, strength))[:, 0]
        return functional.binary_cross_entropy_with_logits(logits, labels)


def find_strength(share: float) -> float:
    """λ where this share (0 to 1) of the training is done."""
    return 2 / (1 + math.exp(-SLOPE * share)) - 1


def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    """The same values; a gradient that comes back is multiplied by −strength."""
    reversed_: Tensor = _Reversal.apply(x, strength)
    return reversed_


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradients[0], None
