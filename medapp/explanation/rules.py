"""How each heatmap method computes.

A rule takes maps (N, C, h, w), and the gradients of the explained logits by the maps, of the same
shape, to raw maps (N, h, w). Methods that ask the network again stand in `asking.py`.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

NOTHING_IN_COMMON = 1e-4  # cosine of two maps below which their agreement is rounding

Rule = Callable[[Tensor, Tensor], Tensor]


def _weigh_by_mean_gradient(maps: Tensor, gradients: Tensor) -> Tensor:
    """Grad-CAM, equations 1 and 2 of its paper, before the rectifier."""
    return torch.einsum("nc,nchw->nhw", gradients.mean(dim=(2, 3)), maps)


def _weigh_by_positive_gradient(maps: Tensor, gradients: Tensor) -> Tensor:
    """LayerCAM, equation 4 of its paper: each place weighted by its own gradient where positive."""
    return (gradients.clamp(min=0) * maps).sum(1)


def _ask_library(name: str) -> Rule:
    """The rule of a method of pytorch-grad-cam, and nothing else of that library.

    The library's way through a whole network would leave gradients on every parameter, fail on
    frozen ones and give blank maps where targets are missing. The library is imported at the first
    use, as it brings OpenCV, SciPy and Matplotlib.
    """

    def weigh(maps: Tensor, gradients: Tensor) -> Tensor:
        import pytorch_grad_cam

        never_run = torch.nn.Linear(1, 1)
        rule = getattr(pytorch_grad_cam, name)(never_run, [])
        raw = rule.get_cam_image(
            None, None, None, maps.cpu().numpy(), gradients.cpu().numpy(), eigen_smooth=False
        )
        return torch.from_numpy(raw).to(maps.device)

    return weigh


def _turn_to_class(rule: Rule) -> Rule:
    """A rule whose maps are principal components, turned so that what speaks for the class is hot.

    The sign of a component is arbitrary, so that a map can be its own negative (Chung & Ying 2025).
    A component that disagrees with gradient times map is turned round; where the two have nothing
    in common, the component's strongest place is hot.
    """

    def turn(maps: Tensor, gradients: Tensor) -> Tensor:
        raw = rule(maps, gradients)
        evidence = (gradients * maps).sum(1)
        agreement = functional.cosine_similarity(raw.flatten(1), evidence.flatten(1))
        strongest = raw.amax(dim=(1, 2)) + raw.amin(dim=(1, 2))
        sign = torch.where(agreement.abs() < NOTHING_IN_COMMON, strongest, agreement)
        return torch.where(sign[:, None, None] < 0, -raw, raw)

    return turn


RULES: dict[str, Rule] = {
    "gradcam": _weigh_by_mean_gradient,
    "gradcam++": _ask_library("GradCAMPlusPlus"),
    "xgradcam": _ask_library("XGradCAM"),
    "gradcamelementwise": _ask_library("GradCAMElementWise"),
    "hirescam": _ask_library("HiResCAM"),
    "eigencam": _turn_to_class(_ask_library("EigenCAM")),
    "eigengradcam": _turn_to_class(_ask_library("EigenGradCAM")),
    "layercam": _weigh_by_positive_gradient,
}
