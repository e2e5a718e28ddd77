"""LAMB: steps that are as long as each layer's weights are large."""

import math
from typing import Any

import torch
from torch import Tensor


class LAMB(torch.optim.Optimizer):
    """Adam whose step has, in each layer, the length of the weights (You et al. 2020).

    arXiv 1904.00962, algorithm 2, with the identity for φ: w ← w − rate · (‖w‖ / ‖r‖) · r, where r
    is Adam's step m̂ / (√v̂ + ε). So each layer moves by the same share of its weights, however they
    were scaled; a convolution before a BatchNorm may have any scale. Biases and norms take Adam's
    step as it is, and so does a layer that is 0. Unlike in the paper decay is no part of r: a step
    takes the share rate · decay from the weights, as for the other optimisers.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
    ) -> None:
        super().__init__(groups, {"betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Take the step for every parameter that has a gradient."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            learning = [p for p in group["params"] if p.grad is not None]
            if learning:
                self._move(learning, group)
        return loss

    def _move(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        torch._foreach_mul_(weights, 1 - group["lr"] * group["weight_decay"])
        moves = self._find_moves(weights, group)
        sizes = torch._foreach_norm(weights)
        lengths = torch._foreach_norm(moves)
        ratios = [
            torch.where((size > 0) & (length > 0), size / length, 1.0)
            if weight.ndim > 1
            else torch.ones_like(size)
            for weight, size, length in zip(weights, sizes, lengths, strict=True)
        ]
        torch._foreach_mul_(moves, ratios)
        torch._foreach_add_(weights, moves, alpha=-group["lr"])

    def _find_moves(self, weights: list[Tensor], group: dict[str, Any]) -> list[Tensor]:
        """Adam's steps at the rate 1; takes in the gradients."""
        states = [self.state[weight] for weight in weights]
        for state, weight in zip(states, weights, strict=True):
            if not state:
                state |= {"step": 0, "mean": torch.zeros_like(weight)}
                state["square"] = torch.zeros_like(weight)
            state["step"] += 1
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        means = [state["mean"] for state in states]
        squares = [state["square"] for state in states]
        first, second = group["betas"]
        torch._foreach_lerp_(means, gradients, 1 - first)
        torch._foreach_mul_(squares, second)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - second)
        spreads = torch._foreach_sqrt(squares)
        torch._foreach_div_(spreads, [math.sqrt(1 - second ** s["step"]) for s in states])
        torch._foreach_add_(spreads, group["eps"])
        moves = torch._foreach_div(means, [1 - first ** s["step"] for s in states])
        torch._foreach_div_(moves, spreads)
        return list(moves)
