"""Methods that ask the network again: what happens to the score when something is taken away?

They need no gradient. A rule takes the target layer's maps (N, C, h, w) and a network that can be
asked, to raw maps (N, h, w).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

AT_ONCE = 32  # changed images, or changed maps, that go through the network together


@dataclass(frozen=True)
class Asked:
    """A network, asked about images of which the explained classes are known.

    Attributes:
        images: (N, 3, S, S), as the network takes them.
        score_maps: target maps (M, C, h, w) of one image, and its number, to its explained class's
            scores (M,).
        score_images: the same of images (M, 3, S, S).
    """

    images: Tensor
    score_maps: Callable[[Tensor, int], Tensor]
    score_images: Callable[[Tensor, int], Tensor]


Rule = Callable[[Tensor, Asked], Tensor]


def weigh_by_ablation(maps: Tensor, asked: Asked) -> Tensor:
    """Ablation-CAM (Ramaswamy & Desai 2020, equation 3): by how much the score falls without a map.

    The paper divides by the score itself, which scales a map as a whole, and turns it round where
    the score is negative; that is left out.
    """
    rows = []
    for number, own in enumerate(maps):
        whole = asked.score_maps(own[None], number)
        falls = []
        for start in range(0, len(own), AT_ONCE):
            channels = torch.arange(start, min(start + AT_ONCE, len(own)), device=own.device)
            without = own.expand(len(channels), *own.shape).clone()
            without[torch.arange(len(channels), device=own.device), channels] = 0
            falls.append(whole - asked.score_maps(without, number))
        rows.append(torch.einsum("c,chw->hw", torch.cat(falls), own))
    return torch.stack(rows)


def weigh_by_masked_score(maps: Tensor, asked: Asked) -> Tensor:
    """Score-CAM (Wang et al. 2020, equations 3 to 5): by the score of the image seen through a map.

    Each map is enlarged to the image and scaled to 0 to 1; weights are the softmax of the scores.
    """
    size = (asked.images.shape[2], asked.images.shape[3])
    rows = []
    for number, own in enumerate(maps):
        scores = []
        for start in range(0, len(own), AT_ONCE):
            some = own[start : start + AT_ONCE, None]
            masks = functional.interpolate(some, size, mode="bilinear", align_corners=False)
            low, high = masks.amin((2, 3), keepdim=True), masks.amax((2, 3), keepdim=True)
            masks = (masks - low) / (high - low).clamp(min=1e-8)
            scores.append(asked.score_images(asked.images[number] * masks, number))
        weights = torch.cat(scores).softmax(0)
        rows.append(torch.einsum("c,chw->hw", weights, own))
    return torch.stack(rows)


ASKING: dict[str, Rule] = {
    "ablationcam": weigh_by_ablation,
    "scorecam": weigh_by_masked_score,
}
