"""Random changes to a batch of images, each by a seed of its own."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from medapp.training.augmentation import Augmentation


def augment(images: Tensor, augmentation: Augmentation, seeds: Tensor) -> Tensor:
    """Change each image by a seed of its own.

    The changes are the same on every device, and however a batch is divided.

    Args:
        images: (N, C, S, S) float in 0 to 1.
        seeds: (N,) int64, 0 to 2³² − 1.

    Returns:
        The same shape and range. What comes in from outside the image is black.
    """
    if not augmentation.changes:
        return images
    generators = [torch.Generator().manual_seed(seed) for seed in seeds.tolist()]
    drawn = torch.stack([torch.rand(7, generator=generator) for generator in generators])
    drawn = drawn.to(images.device)
    a = augmentation
    extents = (math.radians(a.rotate), a.zoom, 2 * a.shift, 2 * a.shift, a.brightness, a.contrast)
    angle, zoom, shift_x, shift_y, brightness, contrast = (
        (drawn[:, i] * 2 - 1) * extent for i, extent in enumerate(extents)
    )
    mirror = torch.where(drawn[:, 6] < augmentation.flip, -1.0, 1.0)
    cos = torch.cos(angle) * (1 + zoom)
    sin = torch.sin(angle) * (1 + zoom)
    first = torch.stack([cos * mirror, -sin, shift_x], 1)
    second = torch.stack([sin * mirror, cos, shift_y], 1)
    moved = _move(images, torch.stack([first, second], 1))
    if augmentation.brightness or augmentation.contrast:
        mean = moved.mean((1, 2, 3), keepdim=True)
        gain = (1 + contrast).view(-1, 1, 1, 1)
        moved = (moved - mean) * gain + mean + brightness.view(-1, 1, 1, 1)
    if augmentation.noise:
        shape = moved.shape[1:]
        noise = torch.stack([torch.randn(shape, generator=generator) for generator in generators])
        moved = moved + augmentation.noise * noise.to(images.device)
    return moved.clamp_(0, 1)


def _move(images: Tensor, matrices: Tensor) -> Tensor:
    """Images (N, C, S, S) drawn through affine matrices (N, 2, 3), as `affine_grid` takes them.

    Cubic convolution (Keys 1981) keeps fine detail: linear interpolation blurs what is learned from
    and not what is judged, and a network that sees by fine detail then errs (docs/results.md).
    The grid has affine_grid's numbers in a fifth of its time: affine_grid multiplies each pixel's
    coordinates with the matrix anew.
    """
    size = images.shape[3]
    centres = torch.linspace(-1 + 1 / size, 1 - 1 / size, size, device=images.device)
    rows = centres.view(1, -1, 1, 1) * matrices[:, None, None, :, 1] + matrices[:, None, None, :, 2]
    grid = centres.view(1, 1, -1, 1) * matrices[:, None, None, :, 0] + rows  # (N, S, S, 2)
    return functional.grid_sample(
        images, grid, mode="bicubic", padding_mode="zeros", align_corners=False
    )
