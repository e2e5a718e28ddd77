"""A network as three parts: named stages that make maps, a pool that makes a feature vector, a
linear head that makes logits.

The parts are views of a torchvision model, so a state dict has torchvision's own names and loads
there too. Strategies freeze stages, heatmaps read a stage's maps, mostly the last one's, features
are what the pool gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torchvision
from torch import Tensor, nn

from medapp.errors import WeightsError

MEAN = (0.485, 0.456, 0.406)  # ImageNet's, which every backbone of the table was trained with
STD = (0.229, 0.224, 0.225)

Parts = tuple[list[tuple[str, nn.Module]], nn.Module]


def _part_resnet(model: Any) -> Parts:
    stem = nn.Sequential(model.conv1, model.bn1, model.relu, model.maxpool)
    layers = [(name, getattr(model, name)) for name in ("layer1", "layer2", "layer3", "layer4")]
    return [("stem", stem), *layers], nn.Sequential(model.avgpool, nn.Flatten())


def _part_vgg(model: Any) -> Parts:
    # A block ends with its max-pooling; the last pooling goes to the pool, so that maps keep their
    # 14 px at 224.
    blocks: list[list[nn.Module]] = [[]]
    for layer in model.features:
        blocks[-1].append(layer)
        if isinstance(layer, nn.MaxPool2d):
            blocks.append([])
    blocks.pop()
    last_pool = blocks[-1].pop()
    stages: list[tuple[str, nn.Module]] = [
        (f"block{i + 1}", nn.Sequential(*block)) for i, block in enumerate(blocks)
    ]
    return stages, nn.Sequential(last_pool, model.avgpool, nn.Flatten(), *model.classifier[:-1])


def _part_densenet(model: Any) -> Parts:
    f = model.features
    stages: list[tuple[str, nn.Module]] = [
        ("stem", nn.Sequential(f.conv0, f.norm0, f.relu0, f.pool0)),
        ("block1", nn.Sequential(f.denseblock1, f.transition1)),
        ("block2", nn.Sequential(f.denseblock2, f.transition2)),
        ("block3", nn.Sequential(f.denseblock3, f.transition3)),
        ("block4", nn.Sequential(f.denseblock4, f.norm5, nn.ReLU())),
    ]
    return stages, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _part_efficientnet(model: Any) -> Parts:
    f = model.features
    middle = [(f"stage{i}", f[i]) for i in range(1, len(f) - 2)]
    return [("stem", f[0]), *middle, ("last", nn.Sequential(f[-2], f[-1]))], nn.Sequential(
        model.avgpool, nn.Flatten(), nn.Dropout(0.2)
    )


def _part_convnext(model: Any) -> Parts:
    f = model.features  # downsampling and blocks alternate
    stages: list[tuple[str, nn.Module]] = [
        (f"stage{i // 2 + 1}", nn.Sequential(f[i], f[i + 1])) for i in range(0, len(f), 2)
    ]
    return stages, nn.Sequential(model.avgpool, model.classifier[0], nn.Flatten())


@dataclass(frozen=True)
class Architecture:
    """How to build and part a torchvision model.

    Attributes:
        head: the dotted name of the linear layer that makes logits.
        least_size: smallest side of an image in px at which every stage still has an output.
    """

    part: Callable[[Any], Parts]
    head: str
    least_size: int = 32


ARCHITECTURES: dict[str, Architecture] = {
    **{
        name: Architecture(_part_resnet, "fc")
        for name in ("resnet18", "resnet34", "resnet50", "resnet101")
    },
    **{name: Architecture(_part_vgg, "classifier.6") for name in ("vgg16_bn", "vgg19_bn")},
    "densenet121": Architecture(_part_densenet, "classifier"),
    "efficientnet_b0": Architecture(_part_efficientnet, "classifier.1"),
    "convnext_tiny": Architecture(_part_convnext, "classifier.2"),
}


class Head(nn.Linear):
    """A linear layer that computes in float32, also where the rest runs in bfloat16.

    Its inputs can have means far above their spread; with eight bits of mantissa their differences,
    which tell the classes apart, drown.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, F) to logits (N, K) float32."""
        with torch.autocast(x.device.type, enabled=False):
            return nn.functional.linear(x.float(), self.weight, self.bias)


class Network(nn.Module):
    """A torchvision model seen as stages, pool and head.

    Args:
        architecture: a key of `ARCHITECTURES`.
        classes: names of the classes, in the order of the logits.

    The weights are random (torch's global generator); `weights.load_weights` fills them.
    """

    def __init__(self, architecture: str, classes: Sequence[str]) -> None:
        super().__init__()
        if architecture not in ARCHITECTURES:
            raise WeightsError(
                f"There is no architecture {architecture!r}. Known: {', '.join(ARCHITECTURES)}."
            )
        self.architecture, self.classes = architecture, tuple(classes)
        self.model: nn.Module = torchvision.models.get_model(architecture, weights=None)
        row = ARCHITECTURES[architecture]
        parent_name, _, name = row.head.rpartition(".")
        parent = self.model.get_submodule(parent_name)
        setattr(
            parent, name, Head(self.model.get_submodule(row.head).in_features, len(self.classes))
        )
        stages, pool = row.part(self.model)
        # A tuple hides the parts from nn.Module's registry: they share the model's parameters and
        # must not be saved twice.
        self._parts: tuple[list[tuple[str, nn.Module]], nn.Module, nn.Module] = (
            stages,
            pool,
            self.model.get_submodule(row.head),
        )

    @property
    def stages(self) -> list[tuple[str, nn.Module]]:
        """The named stages, first to last; each takes and gives maps (N, C, H, W)."""
        return self._parts[0]

    @property
    def pool(self) -> nn.Module:
        """From the last maps to feature vectors (N, F)."""
        return self._parts[1]

    @property
    def head(self) -> Head:
        """From feature vectors (N, F) to logits (N, K)."""
        head = self._parts[2]
        assert isinstance(head, Head)
        return head

    def train(self, mode: bool = True) -> "Network":
        """Set the mode of every part, those with no parameters included."""
        super().train(mode)
        for part in (*(stage for _, stage in self.stages), self.pool):
            part.train(mode)
        return self

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        """Maps (N, C, h, w) to logits (N, K)."""
        logits: Tensor = self.head(self.pool(maps))
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """Normalised images (N, 3, S, S) to logits (N, K)."""
        for _, stage in self.stages:
            x = stage(x)
        return self.logits_from_maps(x)


def normalise(images: Tensor) -> Tensor:
    """Images (N, C, S, S) with C 1 or 3, float in 0 to 1, to what a backbone expects: (N, 3, S, S),
    channels last, mean 0 and spread 1.
    """
    mean = torch.tensor(MEAN, dtype=images.dtype, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(STD, dtype=images.dtype, device=images.device).view(1, 3, 1, 1)
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 pixels (N, S, S, C), as `data.pixels` gives them, to float images (N, C, S, S) in 0 to
    1.
    """
    return pixels.permute(0, 3, 1, 2).float().div_(255)
