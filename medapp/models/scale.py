"""How large the values were that a network was trained on, told by its first batch normalisation.

Its running variance is that of what the first convolution made of the training images. On images
with the spectrum of photographs (1 / f, Field 1987, doi:10.1364/JOSAA.4.002379) the same
convolution gives a variance per unit of input; the ratio of both is the scale of the input,
squared. It cannot tell ImageNet's normalisation from values in -1 to 1, but 0 to 255 and -1024 to
1024 stand apart.
"""

import math

import torch
from torch import Tensor, nn

IMAGES = 8
SIDE = 96  # px
SPREAD = 0.25  # standard deviation of an image's values in 0 to 1, about that of ImageNet's


def estimate_scale(model: nn.Module) -> float | None:
    """By what values in 0 to 1 were multiplied before a network took them, give or take a factor 3.

    None where it does not begin with a convolution and a batch normalisation that has seen images.
    """
    layers = (m for m in model.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d))
    first, second = next(layers, None), next(layers, None)
    if not isinstance(first, nn.Conv2d) or not isinstance(second, nn.BatchNorm2d):
        return None
    learned, mean = second.running_var, second.running_mean
    if learned is None or mean is None or not bool(mean.any()):
        return None
    with torch.no_grad():
        own = first(draw_images(first.in_channels)).var((0, 2, 3)).sum()
    ratio = float(learned.sum() / own) if own > 0 else 0.0
    return math.sqrt(ratio) if ratio > 0 else None


def draw_images(channels: int) -> Tensor:
    """Grey images (`IMAGES`, channels, `SIDE`, `SIDE`) with a spectrum of 1 / f around 0."""
    generator = torch.Generator().manual_seed(0)
    frequencies = torch.fft.fftfreq(SIDE)
    radius = torch.hypot(frequencies[:, None], frequencies[None])
    noise = torch.fft.fft2(torch.randn(IMAGES, SIDE, SIDE, generator=generator))
    shaped = torch.where(radius > 0, noise / radius.clamp(min=1 / SIDE), 0)
    images: Tensor = torch.fft.ifft2(shaped).real
    images = images / images.std((1, 2), keepdim=True) * SPREAD
    return images[:, None].expand(-1, channels, -1, -1)
