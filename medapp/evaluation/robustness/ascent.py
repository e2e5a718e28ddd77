"""Steps that make a network's loss on images larger, within a bound on each pixel.

Images are (N, C, S, S) float in 0 to 1, as before normalisation; a strength is the most that any
pixel may change, in the same unit (the maximum norm). One step of a whole strength is FGSM
(Goodfellow, Shlens & Szegedy 2015, arXiv 1412.6572, section 4); several smaller ones from a random
start are PGD (Madry et al. 2018, arXiv 1706.06083, section 2.1).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from medapp.models.network import normalise
from medapp.models.normalisation import Normalisation
from medapp.task import Task

Answer = Callable[[Tensor], Tensor]


def differentiate(
    answer: Answer, normalisation: Normalisation, task: Task, images: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor]:
    """Logits (N, K) float32, and the gradient of the images' summed loss by their pixels.

    A grey image (C = 1) has one gradient a pixel, so that it stays grey. No parameter's gradient
    changes.

    Args:
        answer: normalised images (N, 3, S, S) to logits; in evaluation mode, where an image's
            answer does not depend on its batch.
    """
    with torch.inference_mode(False), torch.enable_grad():
        pixels = images.clone().requires_grad_()
        logits = answer(normalise(pixels, normalisation)).float()
        (gradient,) = torch.autograd.grad(task.loss(logits, targets), pixels)
    return logits.detach(), gradient


def climb(images: Tensor, gradient: Tensor, size: float, around: Tensor, strength: float) -> Tensor:
    """Images after a step of `size` in each pixel, within a strength around others and the range.

    Pixels without a gradient stay.
    """
    return project(images + size * gradient.sign(), around, strength)


def project(images: Tensor, around: Tensor, strength: float) -> Tensor:
    """The nearest images that differ from others by a strength at most, and lie in 0 to 1."""
    near = torch.minimum(torch.maximum(images, around - strength), around + strength)
    return near.clamp(0, 1)


def draw_start(images: Tensor, strength: float, seeds: list[int]) -> Tensor:
    """Images changed by uniform noise within a strength, each by a seed of its own."""
    shape = images.shape[1:]
    drawn = [torch.rand(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    noise = (2 * torch.stack(drawn) - 1).to(images.device)
    return project(images + strength * noise, images, strength)


def find_step_size(strength: float, steps: int) -> float:
    """How far one of several steps goes from a random start.

    2.5 strengths in all, so that each end of the bound can be reached (Madry et al. 2018, section
    5), and 1.25 for a single step (Wong, Rice & Kolter 2020, arXiv 2001.03994, section 4).
    """
    return strength * min(1.25, 2.5 / steps)
