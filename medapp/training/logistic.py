"""The fit of a linear head with a penalty, which has one optimum, whatever the start."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from medapp.errors import RunError

STEPS = 300  # of L-BFGS at most; a few dozen are usual
# From so strong that the head says little more than how common each class is, to next to none.
PENALTIES = tuple(10.0 ** (1 - step / 2) for step in range(13))
PATIENCE = 2  # weaker penalties that are tried after the best one so far
# Largest slope of the mean loss where a fit ends: of one that only helps to choose the penalty, and
# of the one that is kept.
ROUGH, FINE = 1e-4, 1e-6


def fit_head(
    head: nn.Linear,
    compute_losses: Callable[[], Iterable[Tensor]],
    penalty: float,
    tolerance: float = ROUGH,
) -> float:
    """Fit a head from where it stands; gives the loss without the penalty.

    The mean loss + penalty / 2 · the sum of the squared weights is made smallest, by L-BFGS
    (Liu & Nocedal 1989) with strong Wolfe line search. Biases are not penalised.

    Args:
        compute_losses: gives the parts that the mean loss is the sum of; what one part needs is let
            go before the next. Called at each look at the loss, some hundred times; an error that
            it raises ends the fit.

    Raises:
        RunError: the loss is no number.
    """
    optimiser = torch.optim.LBFGS(
        head.parameters(),
        max_iter=STEPS,
        tolerance_grad=tolerance,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )
    loss = math.nan

    def compute() -> Tensor:
        nonlocal loss
        optimiser.zero_grad()
        total: Tensor = penalty / 2 * head.weight.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        loss = 0.0
        for part in compute_losses():
            part.backward()  # type: ignore[no-untyped-call]
            loss += float(part.detach())
        return total.detach() + loss

    optimiser.step(compute)  # type: ignore[no-untyped-call]
    if not math.isfinite(loss):
        raise RunError(
            "The loss is no number (NaN or infinite).",
            remedy="Choose another objective or other weights.",
        )
    return loss


def build_blank_head(features: int, outputs: int) -> nn.Linear:
    """A head in double precision that says nothing yet."""
    head = nn.Linear(features, outputs, dtype=torch.float64)
    for parameter in head.parameters():
        nn.init.zeros_(parameter)
    return head
