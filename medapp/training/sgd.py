"""SGD with a weight decay that is apart from the gradient."""

from typing import Any

import torch


class DecoupledSGD(torch.optim.SGD):
    """SGD that takes a group's `decay` from the weights and not, as a penalty, from the gradient.

    w ← w · (1 − rate · decay) before each step (Loshchilov & Hutter 2019, algorithm 1, with the
    decay scaled by the rate as in torch's AdamW). A group without `decay`, as in a checkpoint of an
    earlier version, keeps its penalty, `weight_decay`.
    """

    def step(self, closure: Any = None) -> Any:
        """Shrink the weights, then take the step."""
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter.mul_(1 - group["lr"] * group.get("decay", 0.0))
        return super().step(closure)
