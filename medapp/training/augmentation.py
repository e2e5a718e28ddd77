"""Random changes to training images. A table of settings, and one function that applies them to a batch by a generator that is passed.

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
        flip: probability of a left–right mirror image. Choose `none` where the side is what is to be learned.
        rotate: degrees to either side. shift: share of the side. zoom: share of the size. contrast: share of it. brightness: of full white.
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
    "standard": Augmentation(flip=0.5, rotate=10, shift=0.06, zoom=0.1, brightness=0.08, contrast=0.15),
    "strong": Augmentation(flip=0.5, rotate=20, shift=0.1, zoom=0.2, brightness=0.15, contrast=0.3, noise=0.03),
}


def augment(images: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Change each image of a batch on its own.

    Args:
        images: (N, C, S, S) float in 0 to 1.
        generator: on the CPU, so that the same seed draws the same changes on every device.

    Returns:
        The same shape and range. What comes in from outside the image is black.
    """
    if augmentation == Augmentation():
        return images
    n = len(images)

    def draw(extent: float) -> Tensor:
        return ((torch.rand(n, generator=generator) * 2 - 1) * extent).to(images.device)

    angle, zoom = draw(math.radians(augmentation.rotate)), 1 + draw(augmentation.zoom)
    shift_x, shift_y = draw(2 * augmentation.shift), draw(2 * augmentation.shift)
    mirror = torch.where(torch.rand(n, generator=generator) < augmentation.flip, -1.0, 1.0).to(images.device)
    brightness, contrast = draw(augmentation.brightness).view(n, 1, 1, 1), 1 + draw(augmentation.contrast).view(n, 1, 1, 1)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    matrices = torch.stack([torch.stack([cos * mirror, -sin, shift_x], 1), torch.stack([sin * mirror, cos, shift_y], 1)], 1)  # (N, 2, 3)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    if augmentation.brightness or augmentation.contrast:
        mean = moved.mean((1, 2, 3), keepdim=True)
        moved = (moved - mean) * contrast + mean + brightness
    if augmentation.noise:
        moved = moved + augmentation.noise * torch.randn(moved.shape, generator=generator).to(images.device)
    return moved.clamp_(0, 1)
