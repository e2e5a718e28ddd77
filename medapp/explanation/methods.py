"""The table of heatmap methods: from maps and gradients to raw maps."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from medapp.errors import ExplanationError


@dataclass(frozen=True)
class Method:
    """A way to make raw maps (N, h, w) of maps (N, C, h, w) and the gradients of the explained
    logits by them.

    Attributes:
        cell_px: the target layer is the last stage whose cells are at most so many pixels of the
            input wide, and the enlarged map is smoothed by half a cell, since fine maps are ragged
            and a peak may lie between cells. None: the last stage, not smoothed.
    """

    title: str
    help: str
    function: Callable[[Tensor, Tensor], Tensor]
    cell_px: int | None = None


def find_method(name: str) -> Method:
    """The method of that name.

    Raises:
        ExplanationError: there is none; lists those there are.
    """
    if name not in METHODS:
        raise ExplanationError(
            f"There is no heatmap method {name!r}. Choose one of {', '.join(METHODS)}."
        )
    return METHODS[name]


def _weigh_by_mean_gradient(maps: Tensor, gradients: Tensor) -> Tensor:
    """Selvaraju et al. 2017, equations 1 and 2, before the rectifier."""
    return torch.einsum("nc,nchw->nhw", gradients.mean(dim=(2, 3)), maps)


def _ask_library(name: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The rule of a method of pytorch-grad-cam, and nothing else of it.

    Its way through a whole network would leave gradients on every parameter, fail on frozen ones
    and give blank maps where targets are missing. Imported at the first use: it brings OpenCV,
    SciPy and Matplotlib.
    """

    def weigh(maps: Tensor, gradients: Tensor) -> Tensor:
        import pytorch_grad_cam

        rule = getattr(pytorch_grad_cam, name)(
            torch.nn.Linear(1, 1), []
        )  # a model that it never runs
        raw = rule.get_cam_image(
            None, None, None, maps.cpu().numpy(), gradients.cpu().numpy(), eigen_smooth=False
        )
        return torch.from_numpy(raw).to(maps.device)

    return weigh


def _project_on_first_component(maps: Tensor, gradients: Tensor) -> Tensor:
    """EigenCAM (Muhammad & Yeasin 2020), turned so that its strongest place is hot.

    The sign of a principal component is arbitrary: without this, a map can be its own negative
    (Chung & Ying 2025).
    """
    raw = _ask_library("EigenCAM")(maps, gradients)
    is_upside_down = -raw.amin(dim=(1, 2), keepdim=True) > raw.amax(dim=(1, 2), keepdim=True)
    return torch.where(is_upside_down, -raw, raw)


def _weigh_places_that_speak_for(maps: Tensor, gradients: Tensor) -> Tensor:
    """LayerCAM (Jiang et al.

    2021, equation 4): each place weighted by its own gradient where that is positive.
    """
    return (gradients.clamp(min=0) * maps).sum(1)


METHODS: dict[str, Method] = {
    "gradcam": Method(
        "Grad-CAM",
        "Maps weighted by their mean gradient: what spoke for the class, coarsely. The usual"
        " choice.",
        _weigh_by_mean_gradient,
    ),
    "gradcam++": Method(
        "Grad-CAM++",
        "Weighs gradients place by place: better where a finding occurs more than once.",
        _ask_library("GradCAMPlusPlus"),
    ),
    "hirescam": Method(
        "HiResCAM",
        "Gradient times map, place by place: shows no place that the model did not use.",
        _ask_library("HiResCAM"),
    ),
    "eigencam": Method(
        "EigenCAM",
        "What stands out to the network, whichever class is asked for: no gradients.",
        _project_on_first_component,
    ),
    "layercam": Method(
        "LayerCAM",
        "Reads the last stage with cells of at most 16 px and weighs place by place: finer where"
        " the last stage is coarse.",
        _weigh_places_that_speak_for,
        cell_px=16,
    ),
}
