from pathlib import Path

import pytest
import torch
from torch import nn

from medapp.models.architectures import ARCHITECTURES
from medapp.models.normalisation import BYTES, IMAGENET, XRV, Normalisation
from medapp.models.scale import estimate_scale
from medapp.models.weights import build_network
from medapp.store.workspace import Workspace


def draw_blobs(count: int) -> torch.Tensor:
    """Grey images (N, 1, 64, 64) in 0 to 1 with large and small structures."""
    generator = torch.Generator().manual_seed(1)
    images = torch.zeros(count, 1, 64, 64)
    for side in (4, 8, 16, 32):
        noise = torch.rand(count, 1, side, side, generator=generator)
        images += nn.functional.interpolate(noise, size=64, mode="bilinear") / side
    return (images - images.min()) / (images.max() - images.min())


def learn_scale(architecture: str, normal: Normalisation, channels: int = 3) -> nn.Module:
    """A network whose first BatchNorm has seen images of that normalisation."""
    torch.manual_seed(0)
    model = ARCHITECTURES[architecture].build().train()
    if channels == 1:
        model.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    layers = (m for m in model.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d))
    convolve, norm = next(layers), next(layers)
    images = (draw_blobs(16) - normal.mean[0]) / normal.std[0]
    with torch.no_grad():
        maps = convolve(images.expand(-1, channels, -1, -1))
        for _ in range(30):
            norm(maps)
    return model


@pytest.mark.parametrize("architecture", ["resnet18", "densenet121"])
@pytest.mark.parametrize("multiplier", [1.0, 4.4, 255.0, 2048.0])
def test_the_scale_is_found_within_a_factor_of_three(architecture: str, multiplier: float) -> None:
    normal = Normalisation((0.5,) * 3, (1 / multiplier,) * 3)
    scale = estimate_scale(learn_scale(architecture, normal))
    assert scale is not None
    assert multiplier / 3 < scale < multiplier * 3


def test_what_has_seen_nothing_has_no_scale() -> None:
    assert estimate_scale(ARCHITECTURES["resnet18"].build()) is None
    assert estimate_scale(ARCHITECTURES["convnext_tiny"].build()) is None


@pytest.mark.parametrize(
    ("trained_with", "channels", "taken"),
    [(IMAGENET, 3, IMAGENET), (BYTES, 3, BYTES), (XRV, 1, XRV)],
)
def test_a_file_that_does_not_say_is_fed_at_the_scale_of_its_layers(
    workspace: Workspace,
    tmp_path: Path,
    trained_with: Normalisation,
    channels: int,
    taken: Normalisation,
) -> None:
    path = tmp_path / "w.pth"
    torch.save(learn_scale("resnet18", trained_with, channels).state_dict(), path)
    network = build_network(str(path), "auto", ("a", "b"), 0, workspace)
    assert network.normalisation == taken
    assert network.loaded is not None
    assert "Nothing says how its images were normalised" in network.loaded.describe()
    asked = build_network(
        str(path), "auto", ("a", "b"), 0, workspace, normalisation="minus-one-to-one"
    )
    assert asked.normalisation == Normalisation((0.5,) * 3, (0.5,) * 3)
    assert asked.loaded is not None
    assert "as was asked" in asked.loaded.describe()
    assert "Nothing says" not in asked.loaded.describe()
