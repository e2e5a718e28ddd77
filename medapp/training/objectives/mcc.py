"""MCC: predictions on the other hospital's images that do not waver between classes.

Jin, Wang, Long & Wang 2020, "Minimum class confusion for versatile domain adaptation" (arXiv
1912.03699), equations 1 to 5: how much the predicted classes of the target's images are confused
with each other in a batch, from the predictions alone.
"""

from typing import ClassVar

import torch
from torch import Tensor

from medapp.training.objectives.adapting import Adapting, Seen
from medapp.training.objectives.objective import Position

TEMPERATURE = 2.5  # the paper's, by which logits are divided before the softmax


class Mcc(Adapting):
    """The task's loss and the class confusion on the target."""

    term: ClassVar[str] = "confusion"

    def measure(self, seen: Seen, position: Position) -> Tensor:
        """See `measure_confusion`."""
        return measure_confusion(seen.target_logits)


def measure_confusion(logits: Tensor) -> Tensor:
    """The mean confusion of a class with the others, 0 to 1 − 1/K, of logits (n, K).

    Images count by w = 1 + exp(−H) of the entropy H of their probabilities, brought to a mean of 1;
    no gradient flows through the weights, as in the authors' code.
    """
    probabilities = (logits / TEMPERATURE).softmax(1)
    logs = (logits / TEMPERATURE).log_softmax(1)
    with torch.no_grad():
        weights = 1 + (probabilities * logs).sum(1).exp()
        weights = weights / weights.mean()
    correlation = probabilities.T @ (weights[:, None] * probabilities)
    confusion = correlation / correlation.sum(1, keepdim=True)
    return (confusion.sum() - confusion.trace()) / logits.shape[1]
