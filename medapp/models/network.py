"""A network as stages that make maps, a pool that makes a feature vector, and a linear head.

Stages, pool and head are views of a torchvision model, so a state dict has torchvision's own names
and loads there too. Strategies freeze stages, heatmaps read a stage's maps, mostly the last one's,
and features are what the pool gives.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torchvision  # noqa: F401 - networks are built of it; importing it costs, so it comes first
from torch import Tensor, nn

from medapp.models.architectures import find_architecture
from medapp.models.matching import Loaded
from medapp.models.neighbours import UNEXPLAINED, NeighboursHead
from medapp.models.normalisation import Normalisation
from medapp.task import Task, find_task


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
    """A network seen as stages, pool and head.

    Args:
        architecture: a key of `ARCHITECTURES`.
        classes: names of the classes, in the order of the logits.
        task: what is predicted of an image; decides how many logits there are.

    The weights are random (torch's global generator); `weights.load_backbone` fills them. Then
    `loaded` says from what, `normalisation` what the images must look like, and `thresholds` from
    which probability each finding counts as there, where the task asks for each by itself.
    """

    def __init__(self, architecture: str, classes: Sequence[str], task: Task | None = None) -> None:
        super().__init__()
        row = find_architecture(architecture)
        self.architecture = architecture
        self.classes = tuple(classes)
        self.task = task or find_task("single-label")
        self.normalisation: Normalisation = row.normalisation
        self.loaded: Loaded | None = None
        self.thresholds: tuple[float, ...] = ()
        self.model: nn.Module = row.build()
        own_head: Any = self.model.get_submodule(row.head)
        self.set_head(Head(own_head.in_features, self.task.count_outputs(self.classes)))

    def set_head(self, head: Head | NeighboursHead) -> None:
        """Put another head in the place of the present one."""
        row = find_architecture(self.architecture)
        parent_name, _, name = row.head.rpartition(".")
        setattr(self.model.get_submodule(parent_name), name, head)
        stages, pool = row.divide(self.model)
        # A tuple hides stages, pool and head from nn.Module's registry: they share the model's
        # parameters, which must not be saved twice.
        self._views: tuple[list[tuple[str, nn.Module]], nn.Module, Any] = (stages, pool, head)

    @property
    def stages(self) -> list[tuple[str, nn.Module]]:
        """The named stages, first to last; each takes and gives maps (N, C, H, W)."""
        return self._views[0]

    @property
    def pool(self) -> nn.Module:
        """From the last maps to feature vectors (N, F)."""
        return self._views[1]

    @property
    def head(self) -> Any:
        """From feature vectors (N, F) to logits (N, K): a `Head` or a `NeighboursHead`."""
        return self._views[2]

    @property
    def keeps_neighbours(self) -> bool:
        """Whether the head holds features of training images."""
        return isinstance(self.head, NeighboursHead)

    @property
    def unexplained(self) -> str:
        """Why no heatmap can be drawn; empty where one can."""
        if self.keeps_neighbours:
            return UNEXPLAINED
        return find_architecture(self.architecture).unexplained

    def train(self, mode: bool = True) -> "Network":
        """Set the mode of the model and of stages and pool, which may hold layers of their own."""
        super().train(mode)
        for view in (*(stage for _, stage in self.stages), self.pool):
            view.train(mode)
        return self

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        """Maps (N, C, h, w) to logits (N, K)."""
        logits: Tensor = self.head(self.pool(maps))
        return logits

    def look(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Normalised images (N, 3, S, S) to logits (N, K), and features (N, C) of each stage.

        Features of a stage are the means of its maps; those of the last one are what the pool
        gives.
        """
        features = list_features([stage for _, stage in self.stages], self.pool, x)
        return self.head(features[-1]), features

    def rescale(self, scale: Tensor, offset: Tensor) -> None:
        """Let the head give its logits times `scale`, then plus `offset`, both (K,).

        Raises:
            ValueError: the head counts votes, and has no logits of its own.
        """
        if self.keeps_neighbours:
            raise ValueError("a head that counts votes cannot be rescaled")
        with torch.no_grad():
            self.head.weight.mul_(scale[:, None].to(self.head.weight))
            self.head.bias.mul_(scale.to(self.head.bias)).add_(offset.to(self.head.bias))

    def forward(self, x: Tensor) -> Tensor:
        """Normalised images (N, 3, S, S) to logits (N, K)."""
        for _, stage in self.stages:
            x = stage(x)
        return self.logits_from_maps(x)


class StageFeatures(nn.Module):
    """A network without its head: images to the features of all stages beside one another.

    Attributes:
        widths: of each stage's features, once images went through.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stage for _, stage in network.stages)
        self.pool = network.pool
        self.widths: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        """Normalised images (N, 3, S, S) to (N, the sum of the widths) float32."""
        features = list_features(self.stages, self.pool, x)
        self.widths = [feature.shape[1] for feature in features]
        return torch.cat(features, dim=1)


def list_features(stages: Iterable[nn.Module], pool: nn.Module, x: Tensor) -> list[Tensor]:
    """The features (N, C) float32 of each stage, see `Network.look`."""
    features = []
    for stage in stages:
        x = stage(x)
        features.append(x.float().mean((2, 3)))
    return [*features[:-1], pool(x).float()]


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 pixels (N, S, S, C) to float images (N, C, S, S) in 0 to 1."""
    return pixels.permute(0, 3, 1, 2).float().div_(255)


def normalise(images: Tensor, normalisation: Normalisation) -> Tensor:
    """Images (N, C, S, S) with C 1 or 3, float in 0 to 1, to (N, 3, S, S), channels last."""
    mean = torch.tensor(normalisation.mean, dtype=images.dtype, device=images.device)
    std = torch.tensor(normalisation.std, dtype=images.dtype, device=images.device)
    normal = (images - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    return normal.contiguous(memory_format=torch.channels_last)


def to_input(
    pixels: Tensor, normalisation: Normalisation, change: Callable[[Tensor], Tensor] | None = None
) -> Tensor:
    """The one way from pixels to what a network takes, whoever asks.

    Args:
        pixels: (N, S, S, C) uint8, C is 1 or 3; grey is repeated.
        change: an augmentation of images (N, C, S, S) in 0 to 1.

    Returns:
        (N, 3, S, S) float32, channels last.
    """
    images = to_unit(pixels)
    return normalise(images if change is None else change(images), normalisation)
