"""Which part of a network is frozen, which learns, and at which rate. A table, and the cut that follows from it.

To add a strategy: a row in `STRATEGIES`, its words in `recipe.STRATEGIES`.
"""

from dataclasses import dataclass

from torch import nn

from medapp.models.network import Network
from medapp.training.recipe import Recipe


@dataclass(frozen=True)
class Strategy:
    """How a network is cut.

    Attributes:
        learning_stages: how many of the last stages learn beside the head; None for all of them.
        learning_rate: the head's default for AdamW and Adam; SGD's is `SGD_FACTOR` times that.
        backbone_rate: what learns of the backbone, as a share of the head's rate.
    """

    learning_stages: int | None
    learning_rate: float
    backbone_rate: float


STRATEGIES: dict[str, Strategy] = {
    "linear-probe": Strategy(0, 1e-2, 0.0),
    "last-stage": Strategy(1, 1e-3, 0.5),
    "fine-tune": Strategy(None, 1e-3, 0.5),
    "scratch": Strategy(None, 1e-3, 1.0),
}
SGD_FACTOR = 20.0


def cut_network(network: Network, strategy: Strategy) -> tuple[nn.Module | None, nn.Module]:
    """The frozen prefix (images to features; None where nothing is frozen) and the learning suffix (features to logits).

    The prefix stays in evaluation mode: its BatchNorm statistics are frozen too, so that its output for an image never changes.
    """
    if strategy.learning_stages is None:
        return None, network
    stages = [stage for _, stage in network.stages]
    at = len(stages) - strategy.learning_stages
    frozen, learning = stages[:at], [*stages[at:], network.pool, network.head]
    if strategy.learning_stages == 0:
        frozen, learning = [*stages, network.pool], [network.head]
    prefix = nn.Sequential(*frozen).eval().requires_grad_(False)
    return prefix, nn.Sequential(*learning)


def group_parameters(network: Network, suffix: nn.Module, recipe: Recipe) -> list[dict[str, object]]:
    """Parameter groups of what learns: head and backbone at their own rates; biases and norms without weight decay."""
    strategy = STRATEGIES[recipe.strategy]
    factor = SGD_FACTOR if recipe.optimiser == "sgd" else 1.0
    rate = recipe.learning_rate or strategy.learning_rate * factor
    share = recipe.backbone_rate or strategy.backbone_rate
    in_head = {id(p) for p in network.head.parameters()}
    groups = []
    for is_head in (True, False):
        for decays in (True, False):
            chosen = [p for p in suffix.parameters() if (id(p) in in_head) is is_head and (p.ndim > 1) is decays]
            if chosen:
                peak = rate if is_head else rate * share
                groups.append({"params": chosen, "lr": peak, "peak": peak, "weight_decay": recipe.weight_decay if decays else 0.0})
    return groups
