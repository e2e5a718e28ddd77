"""The table of architectures: how a network is built and divided, and what it costs.

A network is seen as named stages that make maps, a pool that makes a feature vector, and a linear
head. No torch here before a network is built, so that a plan can read the costs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medapp.errors import WeightsError
from medapp.models.normalisation import IMAGENET, Normalisation

if TYPE_CHECKING:
    from torch import nn

    Division = tuple[list[tuple[str, nn.Module]], nn.Module]


@dataclass(frozen=True)
class Architecture:
    """One row. To add an architecture, write the row and, for a new family, how it is divided.

    Attributes:
        build: gives the network with its own head, its weights drawn from torch's generator.
        divide: a built network to its named stages, first to last, and its pool.
        head: the dotted name of the linear layer that makes logits.
        parameters: how many, with a head of 1,000 classes.
        gigaflops: of one forward pass at 224 px, counting two for a multiply-add.
        maps_mib: what a training step keeps of one image at 224 px in float32, in MiB, by torch's
            saved tensors.
        least_size: smallest side of an image in px at which every stage still has an output.
        normalisation: of the images that it takes, where no weights say otherwise.
        unexplained: why no heatmap is drawn of it; empty where one can be.
    """

    build: "Callable[[], nn.Module]"
    divide: "Callable[[Any], Division]"
    head: str
    parameters: int
    gigaflops: float
    maps_mib: float
    least_size: int = 32
    normalisation: Normalisation = IMAGENET
    unexplained: str = ""


def _divide_resnet(model: Any) -> "Division":
    from torch import nn

    stem = nn.Sequential(model.conv1, model.bn1, model.relu, model.maxpool)
    names = ("layer1", "layer2", "layer3", "layer4")
    layers = [(name, getattr(model, name)) for name in names]
    return [("stem", stem), *layers], nn.Sequential(model.avgpool, nn.Flatten())


def _divide_vgg(model: Any) -> "Division":
    from torch import nn

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
    pool = nn.Sequential(last_pool, model.avgpool, nn.Flatten(), *model.classifier[:-1])
    return stages, pool


def _divide_densenet(model: Any) -> "Division":
    from torch import nn

    f = model.features
    stages: list[tuple[str, nn.Module]] = [
        ("stem", nn.Sequential(f.conv0, f.norm0, f.relu0, f.pool0)),
        ("block1", nn.Sequential(f.denseblock1, f.transition1)),
        ("block2", nn.Sequential(f.denseblock2, f.transition2)),
        ("block3", nn.Sequential(f.denseblock3, f.transition3)),
        ("block4", nn.Sequential(f.denseblock4, f.norm5, nn.ReLU())),
    ]
    return stages, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _divide_efficientnet(model: Any) -> "Division":
    from torch import nn

    f = model.features
    middle = [(f"stage{i}", f[i]) for i in range(1, len(f) - 2)]
    stages = [("stem", f[0]), *middle, ("last", nn.Sequential(f[-2], f[-1]))]
    return stages, nn.Sequential(model.avgpool, nn.Flatten(), nn.Dropout(0.2))


def _divide_convnext(model: Any) -> "Division":
    from torch import nn

    # Downsampling and blocks alternate.
    f = model.features
    stages: list[tuple[str, nn.Module]] = [
        (f"stage{i // 2 + 1}", nn.Sequential(f[i], f[i + 1])) for i in range(0, len(f), 2)
    ]
    return stages, nn.Sequential(model.avgpool, model.classifier[0], nn.Flatten())


def _from_torchvision(
    name: str,
    divide: "Callable[[Any], Division]",
    head: str,
    parameters: int,
    gigaflops: float,
    maps_mib: float,
) -> Architecture:
    def build() -> "nn.Module":
        import torchvision

        network: nn.Module = torchvision.models.get_model(name, weights=None)
        return network

    return Architecture(build, divide, head, parameters, gigaflops, maps_mib)


_ROWS = (
    ("resnet18", _divide_resnet, "fc", 11_689_512, 3.63, 21.2),
    ("resnet34", _divide_resnet, "fc", 21_797_672, 7.33, 30.7),
    ("resnet50", _divide_resnet, "fc", 25_557_032, 8.18, 82.0),
    ("resnet101", _divide_resnet, "fc", 44_549_160, 15.6, 121.0),
    ("vgg16_bn", _divide_vgg, "classifier.6", 138_365_992, 30.9, 122.5),
    ("vgg19_bn", _divide_vgg, "classifier.6", 143_678_248, 39.3, 132.4),
    ("densenet121", _divide_densenet, "classifier", 7_978_856, 5.67, 124.3),
    ("efficientnet_b0", _divide_efficientnet, "classifier.1", 5_288_548, 0.77, 84.5),
    ("convnext_tiny", _divide_convnext, "classifier.2", 28_589_128, 8.91, 104.1),
)
ARCHITECTURES: dict[str, Architecture] = {row[0]: _from_torchvision(*row) for row in _ROWS}

AUTO = "auto"  # asks for the architecture that the source says, or that its tensors fit
USUAL = "resnet18"  # of random weights where none is asked for


def _build_small_pixels() -> "nn.Module":
    from medapp.models.small_pixels import SmallPixels

    return SmallPixels()


def _divide_small_pixels(model: Any) -> "Division":
    return [("cells", model.cells)], model.flatten


# Without weights before the head, so that nothing can be transferred from them: `small-pixels`.
WEIGHTLESS: dict[str, Architecture] = {
    "small-pixels": Architecture(
        _build_small_pixels,
        _divide_small_pixels,
        head="head",
        parameters=257_000,
        gigaflops=0.001,
        maps_mib=0.001,
        normalisation=Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
        unexplained="No map: this model weighs the mean brightness of 16 × 16 cells, each where it"
        " stands. Its weights are the same for every image and point at no finding in one.",
    )
}


def find_architecture(name: str) -> Architecture:
    """The architecture of that name.

    Raises:
        WeightsError: there is none; lists those there are.
    """
    found = ARCHITECTURES.get(name) or WEIGHTLESS.get(name)
    if found is None:
        known = ", ".join(ARCHITECTURES)
        raise WeightsError(f"There is no architecture {name!r}.", remedy=f"Known: {known}.")
    return found
