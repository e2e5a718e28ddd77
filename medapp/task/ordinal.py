"""Grades: classes in an order, of which each image has one.

A network gives K - 1 logits: whether the grade is above k, of images that reach k. Their product is
the probability of each grade (the continuation-ratio model, Fienberg 1980; as the loss of a network
CORN, Shi, Cao & Raschka 2023, doi:10.1007/s10044-023-01181-9), so that the loss is the negative
log-likelihood, probabilities of the grades above fall from grade to grade, and a linear head has
one optimum.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from medapp.task.grades import order_grades
from medapp.task.single_label import SingleLabel
from medapp.task.task import WORST, Floats, Targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class Ordinal(SingleLabel):
    """Targets are the grades' indices (N,) int64, the lowest grade first."""

    name = "ordinal"
    title = "Grades"
    help = "Each image has one of several grades, from the lowest to the highest."
    figures: ClassVar[tuple[str, ...]] = (
        "quadratic_kappa",
        "mean_absolute_error",
        "balanced_accuracy",
        "accuracy",
        "macro_auroc",
    )
    shown: ClassVar[tuple[str, ...]] = (
        "quadratic_kappa",
        "within_one_grade",
        "mean_absolute_error",
        WORST,
        "balanced_accuracy",
    )
    has_order: ClassVar[bool] = True
    noun: ClassVar[str] = "grade"
    nouns: ClassVar[str] = "grades"

    def order_classes(self, names: Collection[str]) -> tuple[str, ...]:
        """The grades by the numbers or the words in their names.

        Raises:
            DataError: the names do not tell an order.
        """
        return order_grades(names)

    def count_outputs(self, classes: "Sequence[str]") -> int:
        """One logit between each grade and the next."""
        return len(classes) - 1

    def loss(
        self,
        logits: "Tensor",
        targets: "Tensor",
        class_weights: "Tensor | None" = None,
        label_smoothing: float = 0.0,
    ) -> "Tensor":
        """The negative log-likelihood of the grades, summed over the images."""
        import torch
        from torch.nn import functional

        steps = torch.arange(logits.shape[1], device=logits.device)
        is_asked = targets[:, None] >= steps
        is_above = (targets[:, None] > steps).to(logits.dtype)
        wanted = is_above * (1 - label_smoothing) + label_smoothing / 2
        each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        losses = (each * is_asked).sum(1)
        return (losses if class_weights is None else losses * class_weights[targets]).sum()

    def count_right(self, logits: "Tensor", targets: "Tensor") -> int:
        """Images whose median grade is theirs."""
        from torch.nn import functional

        above = functional.logsigmoid(logits.float()).cumsum(1).exp()
        return int(((above > 0.5).sum(1) == targets).sum())

    def score(self, logits: "Tensor") -> "Tensor":
        """The logarithm of each grade's probability (N, K)."""
        from torch.nn import functional

        # To get to a grade each step below it was taken; to stay there the next one was not.
        reached = functional.pad(functional.logsigmoid(logits).cumsum(1), (1, 0))
        return reached + functional.pad(functional.logsigmoid(-logits), (0, 1))

    def find_logits(self, probabilities: "Tensor") -> "Tensor":
        """The log-odds (N, K - 1) of being above a grade, of what reaches it."""
        above = probabilities.flip(1).cumsum(1).flip(1)[:, 1:]
        return above.log() - probabilities[:, :-1].log()

    def decide(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """The median grade (N,), which makes the mean absolute error smallest.

        The highest grade of which an image is more likely to be at or above than below.
        """
        above = np.cumsum(probabilities[:, ::-1], axis=1, dtype=float)[:, ::-1][:, 1:]
        decisions: Targets = (above > 0.5).sum(axis=1)
        return decisions

    def pick(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """The grade that is decided."""
        return self.decide(probabilities)
