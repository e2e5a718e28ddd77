"""Which part of a network is frozen, which learns, and at which rate: the cut that follows from a
row of `recipe.STRATEGIES`.
"""

from torch import nn

from medapp.models.network import Network
from medapp.training.recipe.recipe import Recipe, Strategy, find_default_rates


def cut_network(network: Network, strategy: Strategy) -> tuple[nn.Module | None, nn.Module]:
    """The frozen prefix (images to features; None where nothing is frozen) and the learning suffix
    (features to logits).

    The prefix stays in evaluation mode: its BatchNorm statistics are frozen too, so that its output
    for an image never changes.
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


def group_parameters(
    network: Network, suffix: nn.Module, recipe: Recipe
) -> list[dict[str, object]]:
    """Parameter groups of what learns: head and backbone at their own rates; biases and norms
    without weight decay.
    """
    default_rate, default_share = find_default_rates(recipe.strategy, recipe.optimiser)
    rate, share = recipe.learning_rate or default_rate, recipe.backbone_rate or default_share
    in_head = {id(p) for p in network.head.parameters()}
    groups = []
    for is_head in (True, False):
        for decays in (True, False):
            chosen = [
                p
                for p in suffix.parameters()
                if (id(p) in in_head) is is_head and (p.ndim > 1) is decays
            ]
            if chosen:
                peak = rate if is_head else rate * share
                groups.append(
                    {
                        "params": chosen,
                        "lr": peak,
                        "peak": peak,
                        "weight_decay": recipe.weight_decay if decays else 0.0,
                    }
                )
    return groups
