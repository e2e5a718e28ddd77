"""Removed pixels filled from those around them: noisy linear imputation.

Each missing pixel is the weighted mean of its eight neighbours, missing ones included, which makes
a linear system for each image (Rong et al. 2022, arXiv 2202.00449, section 4.2). Black or grey
holes would tell a network where pixels are missing; a smooth filling hardly does. The system is
symmetric and positive definite, so that conjugate gradients solve it for a whole batch at once.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

# Straight and diagonal neighbours, as in the paper's own code.
KERNEL = ((1 / 12, 1 / 6, 1 / 12), (1 / 6, 0.0, 1 / 6), (1 / 12, 1 / 6, 1 / 12))
TOLERANCE = 3e-4  # of the residual, over that of holes left black
MOST_STEPS = 2000
LEAST = 8  # px of a side, below which a problem is solved without a smaller one


def impute(images: Tensor, missing: Tensor, tolerance: float = TOLERANCE) -> Tensor:
    """Images (N, C, S, S) whose missing pixels are filled, without noise.

    Args:
        missing: (N, S, S) bool; of each image at least one pixel must be there.
    """
    one = images[:, :1]
    if images.shape[1] > 1 and bool((images == one).all()):
        # Equal channels, as those of grey images are, need one filling.
        return impute(one, missing, tolerance).expand_as(images)
    holes = missing[:, None].to(images.dtype)
    seen = images * (1 - holes)
    kernel = torch.tensor(KERNEL, dtype=images.dtype, device=images.device)[None, None]

    def spread(values: Tensor) -> Tensor:
        flat = values.flatten(0, 1)[:, None]
        return functional.conv2d(flat, kernel, padding=1).view_as(values)

    # What the neighbours within the image weigh: 1 but at its edges.
    weight = spread(torch.ones_like(images[:1, :1]))

    def apply(values: Tensor) -> Tensor:
        return holes * (weight * values - spread(values))

    first = holes * _guess(seen, holes, tolerance)
    return seen + _solve(apply, holes * spread(seen), first, tolerance)


def _guess(seen: Tensor, holes: Tensor, tolerance: float) -> Tensor:
    """A first filling, from the same problem at half the size: it spares most of the steps."""
    if seen.shape[3] < LEAST:
        return torch.zeros_like(seen)
    known = functional.avg_pool2d(1 - holes, 2, ceil_mode=True)
    coarse = functional.avg_pool2d(seen, 2, ceil_mode=True) / known.clamp(min=1 / 4)
    filled = impute(coarse, known[:, 0] == 0, tolerance)
    return functional.interpolate(filled, seen.shape[2:], mode="bilinear", align_corners=False)


def _solve(
    apply: Callable[[Tensor], Tensor], wanted: Tensor, first: Tensor, tolerance: float
) -> Tensor:
    """Conjugate gradients (Hestenes & Stiefel 1952), each image and channel by itself.

    It ends where all residuals have come down to the tolerance.
    """

    def multiply(a: Tensor, b: Tensor) -> Tensor:
        return (a * b).sum(dim=(2, 3), keepdim=True)

    found = first
    residual = wanted - apply(first)
    direction = residual.clone()
    size = multiply(residual, residual)
    enough = tolerance**2 * multiply(wanted, wanted)
    tiny = torch.finfo(wanted.dtype).tiny
    for _ in range(MOST_STEPS):
        if bool((size <= enough).all()):
            break
        along = apply(direction)
        step = size / multiply(direction, along).clamp(min=tiny)
        found = found + step * direction
        residual = residual - step * along
        following = multiply(residual, residual)
        direction = residual + following / size.clamp(min=tiny) * direction
        size = following
    return found
