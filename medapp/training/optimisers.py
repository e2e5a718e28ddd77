"""The table of optimisers: how steps are taken. No torch here; a row says what builds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Optimiser:
    """One optimiser. To add one, write a row of `OPTIMISERS`.

    Weight decay means one thing for all of them: a step takes the share rate · decay from the
    weights, apart from the gradient.

    Attributes:
        rate_factor: its default learning rate over that of AdamW.
        build: gives a torch optimiser from groups of parameters, each with its `lr` and
            `weight_decay`, and the recipe's group `Optimisation`.
        takes_momentum: the recipe's momentum is its own.
    """

    title: str
    rate_factor: float
    build: Callable[[list[dict[str, Any]], Any], Any]
    takes_momentum: bool = False


def _build_adamw(groups: list[dict[str, Any]], settings: Any) -> Any:
    import torch

    return torch.optim.AdamW(groups, fused=True)


def _build_adam(groups: list[dict[str, Any]], settings: Any) -> Any:
    """AdamW by another name, as the decay is apart from the gradient."""
    import torch

    return torch.optim.Adam(groups, fused=True, decoupled_weight_decay=True)


def _build_lamb(groups: list[dict[str, Any]], settings: Any) -> Any:
    from medapp.training.lamb import LAMB

    return LAMB(groups)


def _build_sgd(groups: list[dict[str, Any]], settings: Any) -> Any:
    from medapp.training.sgd import DecoupledSGD

    momentum = settings.momentum
    own = [{**group, "weight_decay": 0.0, "decay": group["weight_decay"]} for group in groups]
    return DecoupledSGD(own, momentum=momentum, nesterov=momentum > 0)


OPTIMISERS: dict[str, Optimiser] = {
    "adamw": Optimiser("AdamW", 1.0, _build_adamw),
    "adam": Optimiser("Adam", 1.0, _build_adam),
    "lamb": Optimiser("LAMB", 10.0, _build_lamb),
    "sgd": Optimiser("SGD", 20.0, _build_sgd, takes_momentum=True),
}
