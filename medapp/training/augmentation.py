"""Random changes to training images. A table of settings, and one function that applies them to a
batch by a generator that is passed.

To add an augmentation: a row in `AUGMENTATIONS` (and its name in the recipe's choices).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augmentation:
    """How far an image may be changed; each amount is drawn uniformly for each image.

    Attributes:
        flip: probability of a left–right mirror image. Choose `none` where the side is what is to
            be learned.
        rotate: degrees to either side. shift: share of the side. zoom: share of the size. contrast:
            share of it. brightness: of full white.
    """

    flip: float = 0.0
    rotate: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    noise: float = 0.0


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(),
    "light": Augmentation(flip=0.5, rotate=5, shift=0.04, zoom=0.05),
    "standard": Augmentation(
        flip=0.5, rotate=10, shift=0.06, zoom=0.1, brightness=0.08, contrast=0.15
    ),
    "strong": Augmentation(
        flip=0.5, rotate=20, shift=0.1, zoom=0.2, brightness=0.15, contrast=0.3, noise=0.03
    ),
}


def augment(images: Tensor, augmentation: Augmentation, seeds: Tensor) -> Tensor:
    """Change each image by a seed of its own: the same changes on every device, and however a batch
    is divided.

    Args:
        images: (N, C, S, S) float in 0 to 1.
        seeds: (N,) int64, 0 to 2³² − 1.

    Returns:
        The same shape and range. What comes in from outside the image is black.
    """
    if augmentation == Augmentation():
        return images
    generators = [torch.Generator().manual_seed(seed) for seed in seeds.tolist()]
    drawn = torch.stack([torch.rand(7, generator=generator) for generator in generators]).to(
        images.device
    )
    a = augmentation
    extents = (math.radians(a.rotate), a.zoom, 2 * a.shift, 2 * a.shift, a.brightness, a.contrast)
    angle, zoom, shift_x, shift_y, brightness, contrast = (
        (drawn[:, i] * 2 - 1) * extent for i, extent in enumerate(extents)
    )
    mirror = torch.where(drawn[:, 6] < augmentation.flip, -1.0, 1.0)
    cos, sin = torch.cos(angle) * (1 + zoom), torch.sin(angle) * (1 + zoom)
    matrices = torch.stack(
        [
            torch.stack([cos * mirror, -sin, shift_x], 1),
            torch.stack([sin * mirror, cos, shift_y], 1),
        ],
        1,
    )  # (N, 2, 3)
    size = images.shape[3]
    centres = torch.linspace(-1 + 1 / size, 1 - 1 / size, size, device=images.device)
    # affine_grid's numbers in a fifth of its time: it multiplies each place's coordinates with the
    # matrix anew.
    rows = centres.view(1, -1, 1, 1) * matrices[:, None, None, :, 1] + matrices[:, None, None, :, 2]
    grid = centres.view(1, 1, -1, 1) * matrices[:, None, None, :, 0] + rows  # (N, S, S, 2)
    moved = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    if augmentation.brightness or augmentation.contrast:
        mean = moved.mean((1, 2, 3), keepdim=True)
        moved = (
            (moved - mean) * (1 + contrast).view(-1, 1, 1, 1) + mean + brightness.view(-1, 1, 1, 1)
        )
    if augmentation.noise:
        noise = torch.stack(
            [torch.randn(moved.shape[1:], generator=generator) for generator in generators]
        )
        moved = moved + augmentation.noise * noise.to(images.device)
    return moved.clamp_(0, 1)
