"""Heatmaps: which places of an image spoke for a class, for a whole batch at once.

The forward pass goes to the maps without a graph, and only the way from maps to logits is
differentiated. A method turns maps and gradients into a raw map; what all methods share
(rectifying, enlarging, scaling, saying why a map is blank) stands here once. Each map is scaled to
its own maximum; how much it is worth beside other classes stands in `strength`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional

from medapp.errors import ExplanationError
from medapp.explanation.asking import ASKING, Asked
from medapp.explanation.methods import Method, find_method
from medapp.explanation.rules import RULES

FLAT = 1e-4  # a rectified map that varies by less than this share of its peak shows no place


Choose = Callable[[Tensor], NDArray[np.intp]]


class Explainable(Protocol):
    """A network in stages; `training` must be False."""

    training: bool

    @property
    def stages(self) -> Sequence[tuple[str, nn.Module]]:
        """Names and modules, first to last.

        Each stage takes and gives maps (N, C, h, w); the first takes images (N, 3, S, S).
        """

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        """The last stage's maps (N, C, h, w) to logits (N, K)."""


@dataclass(frozen=True)
class Heatmap:
    """How much each place of the square that the network saw spoke for one class.

    Attributes:
        values: (S, S) float32 in 0 to 1; the most telling place is 1, unless all are 0.
        note: None, or why the map shows nothing or not what it seems to show.
        evidence: (K,) what the places that speak for each class add to its logit, see
            `measure_evidence`.
        class_index: which of the classes the map explains.
        strength: 0 to 1, how much the map is worth beside those of the image's other classes, see
            `strength.compare_evidence`; None until a caller who knows the probabilities says so.
        cells: height and width of the layer that the map was read from; None where none was read.
        against: the class that the explained one is contrasted with, see `contrast`; None for none.
        stage: the stage that was asked for to read the map from; None for the method's own.
    """

    values: NDArray[np.float32]
    note: str | None
    evidence: NDArray[np.float32]
    class_index: int
    strength: float | None = None
    cells: tuple[int, int] | None = None
    against: int | None = None
    stage: str | None = None


def explain(
    network: Explainable,
    x: Tensor,
    class_indices: ArrayLike | Choose | None = None,
    method: str = "gradcam",
    stage: str | None = None,
) -> tuple[Tensor, list[Heatmap]]:
    """Logits (N, K) float32 and a heatmap for each image of a batch, by one forward pass.

    Where the target layer is before the last stage, the stage after it is computed twice. Under
    autocast, network and gradients are computed at that precision. The network is left as it was:
    no gradients, no hooks, the same mode.

    Args:
        x: (N, 3, S, S), normalised as for prediction, on the network's device.
        class_indices: (N,) the class that each heatmap explains, or what tells them from logits
            (N, K); None takes each image's class with the highest logit.
        method: a key of `METHODS`.
        stage: the name of the network's stage whose maps are read; None for the method's own. The
            map of a stage before the last is smoothed by half a cell, as `Method.cell_px` says.

    Raises:
        ExplanationError: there is no such method or stage.
        ValueError: the network is in training mode, or there is not one class index for each image.
    """
    row = find_method(method)
    is_early = stage is not None and find_stage(network, stage) < len(network.stages) - 1
    indices: Tensor | Choose | None = None
    if callable(class_indices):
        indices = class_indices
    elif class_indices is not None:
        indices = torch.as_tensor(np.asarray(class_indices), dtype=torch.long, device=x.device)
    if network.training:
        raise ValueError(
            "heatmaps need a network in evaluation mode, not in training mode, where a map depends"
            " on its batch"
        )
    if isinstance(indices, Tensor) and indices.shape != x.shape[:1]:
        raise ValueError(
            f"class_indices must be one for each of {len(x)} images, not {tuple(indices.shape)}"
        )
    if len(x) == 0:
        last, _ = _forward_to_target(network, x, None)
        return network.logits_from_maps(last).detach().float(), []
    logits, maps, gradients, last = differentiate(network, x, indices, row.cell_px, stage)
    evidence = measure_evidence(network, last).cpu().numpy()
    # Drawing costs little and needs float32.
    picks = _pick(logits, indices).tolist()
    # One broken image must not break the others of its batch.
    is_finite = (maps.isfinite() & gradients.isfinite()).flatten(1).all(dim=1)
    kept = is_finite[:, None, None, None]
    maps, gradients = (torch.where(kept, values, 0) for values in (maps, gradients))
    raw = torch.where(kept[:, 0], _weigh(network, x, picks, method, maps, gradients, stage), 0)
    with torch.autocast(x.device.type, enabled=False):
        drawn = _draw(raw, row, x, is_finite, is_early)
    cells = (maps.shape[2], maps.shape[3])
    return logits, [
        Heatmap(values, note, evidence[i], picks[i], cells=cells, stage=stage)
        for i, (values, note) in enumerate(drawn)
    ]


def _weigh(
    network: Explainable,
    x: Tensor,
    picks: Sequence[int],
    method: str,
    maps: Tensor,
    gradients: Tensor,
    stage: str | None,
) -> Tensor:
    """The raw maps (N, h, w) of a method, from the target layer's maps and gradients."""
    if method in RULES:
        with torch.autocast(x.device.type, enabled=False):
            return RULES[method](maps, gradients)
    cell_px = find_method(method).cell_px

    def score_images(images: Tensor, number: int) -> Tensor:
        found, later = _forward_to_target(network, images.to(x.dtype), cell_px, stage)
        return _finish(network, found, later)[:, picks[number]]

    def score_maps(changed: Tensor, number: int) -> Tensor:
        return _finish(network, changed.to(x.dtype), later)[:, picks[number]]

    with torch.inference_mode(False), torch.no_grad():
        _, later = _forward_to_target(network, x[:1], cell_px, stage)
        return ASKING[method](maps, Asked(x, score_maps, score_images)).float()


def _finish(network: Explainable, maps: Tensor, later: Sequence[nn.Module]) -> Tensor:
    """The target layer's maps to logits (N, K) float32."""
    for stage in later:
        maps = stage(maps)
    return network.logits_from_maps(maps).float()


def _draw(
    raw: Tensor, row: Method, x: Tensor, is_finite: Tensor, is_early: bool
) -> list[tuple[NDArray[np.float32], str | None]]:
    """Raw maps (N, h, w) to values as large as the images, scaled to 0 to 1.

    A map that shows nothing has a note that says why.
    """
    zero = torch.zeros((), device=x.device)
    rectified = raw.clamp(min=0)
    enlarged = functional.interpolate(
        rectified[:, None], x.shape[2:], mode="bilinear", align_corners=False
    )[:, 0]
    if row.cell_px is not None or is_early:
        enlarged = smooth(enlarged, x.shape[3] / raw.shape[2] / 2)
    peaks = enlarged.amax(dim=(1, 2), keepdim=True)
    lows = enlarged.amin(dim=(1, 2), keepdim=True)
    is_flat = (peaks - lows <= FLAT * peaks)[:, 0, 0]
    floor = lows if row.has_haze else torch.zeros_like(lows)
    scaled = (enlarged - floor) / (peaks - floor).clamp(min=torch.finfo(torch.float32).tiny)
    values = torch.where(is_flat[:, None, None], zero, scaled)
    is_uniform = (x.amax(dim=(2, 3)) == x.amin(dim=(2, 3))).all(dim=1)
    is_one_cell = torch.full_like(is_flat, rectified[0].numel() == 1)
    facts = torch.stack(
        [~is_finite, is_uniform, peaks[:, 0, 0] == 0, is_one_cell, is_flat], dim=1
    ).tolist()
    return [(v, _find_note(f)) for v, f in zip(values.cpu().numpy(), facts, strict=True)]


def differentiate(
    network: Explainable,
    x: Tensor,
    class_indices: Tensor | Choose | None,
    cell_px: int | None = None,
    stage: str | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A forward pass, and the way back from each image's chosen logit to the target layer.

    Frozen weights do not matter, since the gradient ends at the maps; `torch.autograd.grad` writes
    to no parameter.

    Args:
        class_indices: (N,) the logit that is chosen, or what tells it from the logits; None takes
            each image's highest.
        cell_px: chooses the target layer, see `methods.Method`.
        stage: the name of the stage that is the target layer in its place.

    Returns:
        Logits (N, K), the target layer's maps (N, C, h, w), and the gradients of the chosen logits
        by the maps, of the same shape, all float32; last the last stage's maps as computed.
    """
    with torch.inference_mode(False):
        with torch.no_grad():
            maps, later = _forward_to_target(network, x, cell_px, stage)
        maps = maps.detach().requires_grad_()
        with torch.enable_grad():
            last = maps
            for module in later:
                last = module(last)
            logits = network.logits_from_maps(last)
            picks = _pick(logits.detach().float(), class_indices)
            scores = logits.gather(1, picks[:, None]).sum()
        (gradients,) = torch.autograd.grad(scores, maps)
        return logits.detach().float(), maps.detach().float(), gradients.float(), last.detach()


def _pick(logits: Tensor, class_indices: Tensor | Choose | None) -> Tensor:
    """The class (N,) that is explained of each image."""
    if class_indices is None:
        return logits.argmax(1)
    if isinstance(class_indices, Tensor):
        # Cloned, because a tensor of the caller's inference mode cannot be used here.
        return class_indices.clone()
    return torch.as_tensor(class_indices(logits), dtype=torch.long, device=logits.device)


def _forward_to_target(
    network: Explainable, x: Tensor, cell_px: int | None, stage: str | None = None
) -> tuple[Tensor, list[nn.Module]]:
    """The target layer's maps, and the stages that come after it."""
    stages = [module for _, module in network.stages]
    maps = x
    if stage is not None:
        end = find_stage(network, stage) + 1
        for module in stages[:end]:
            maps = module(maps)
        return maps, stages[end:]
    for i, module in enumerate(stages):
        following = module(maps)
        if cell_px is not None and i > 0 and following.shape[3] * cell_px < x.shape[3]:
            return maps, stages[i:]
        maps = following
    return maps, []


def find_stage(network: Explainable, name: str) -> int:
    """The place of the stage of that name, from 0.

    Raises:
        ExplanationError: there is none; the text lists those there are.
    """
    names = [known for known, _ in network.stages]
    if name not in names:
        raise ExplanationError(
            f"The network has no stage {name!r}.",
            remedy=f"Its stages, first to last: {', '.join(names)}.",
        )
    return names.index(name)


def measure_evidence(network: Explainable, last: Tensor) -> Tensor:
    """What the places that speak for each class add to its logit: (N, K) float32, from 0.

    The sum, over the last stage's places where it is positive, of gradient times map. Where average
    pooling and one linear layer follow the maps, all places together are the logit without its bias
    (Draelos & Carin 2020, section 3), so that the sum is the part of the logit that Grad-CAM and
    HiResCAM show; elsewhere it is a first order of that.

    Args:
        last: the last stage's maps (N, C, h, w).
    """
    with torch.inference_mode(False), torch.enable_grad():
        maps = last.clone().requires_grad_()
        totals = network.logits_from_maps(maps).sum(dim=0)
        rows = []
        for total in totals:
            (gradients,) = torch.autograd.grad(total, maps, retain_graph=True)
            places = (gradients.float() * last.float()).sum(dim=1)
            rows.append(places.clamp(min=0).sum(dim=(1, 2)))
        return torch.stack(rows, dim=1)


def smooth(values: Tensor, sigma_px: float) -> Tensor:
    """Maps (N, S, S) smoothed by a Gaussian, whose weights add up to one at the border too."""
    reach = math.ceil(3 * sigma_px)
    offsets = torch.arange(-reach, reach + 1, device=values.device)
    weights = torch.exp(-0.5 * (offsets / sigma_px) ** 2)

    def blur(maps: Tensor) -> Tensor:
        rows = functional.conv2d(maps, weights[None, None, :, None], padding=(reach, 0))
        return functional.conv2d(rows, weights[None, None, None, :], padding=(0, reach))

    return (blur(values[:, None]) / blur(torch.ones_like(values[:1, None])))[:, 0]


def _find_note(facts: Sequence[bool]) -> str | None:
    is_broken, is_uniform, is_zero, is_one_cell, is_flat = facts
    if is_broken:
        return (
            "No map: for this image the model's values are not finite numbers, because its weights"
            " are damaged or its training diverged. Choose another model."
        )
    if is_uniform:
        return (
            "The image is blank, all its pixels are equal: what the map shows comes from the"
            " image's edges, not from a finding."
        )
    if is_zero:
        return (
            "The map is blank: no place in this image speaks for this class; what the model sees"
            " counts against it or not at all."
        )
    if is_one_cell:
        return (
            "The map is blank: at this image size the network sees the whole image as one place."
            " Train with larger images."
        )
    if is_flat:
        return "The map is blank: all places speak for this class alike, so none stands out."
    return None
