"""Do weights files of other libraries give here what they give there?

    python -m benchmarks.accuracy.foreign_weights FOLDER

Networks of timm and torchxrayvision (to be installed beside) are drawn at random, their batch
normalisations run over random images, and saved into FOLDER. Each file is then loaded as a source
that says nothing of itself. A line says the architecture that was recognised and the largest
difference of the features from those of the library's own network on the same images, in units of
their mean size; or why the file is refused.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from medapp.errors import WeightsError
from medapp.models.network import Network, to_input
from medapp.models.normalisation import IMAGENET
from medapp.models.weights import build_network
from medapp.store.workspace import find_workspace

KNOWN = (
    *("resnet18", "resnet34", "resnet50", "resnet101", "gluon_resnet50_v1b", "vgg16_bn"),
    *("vgg19_bn", "densenet121", "efficientnet_b0", "convnext_tiny"),
)
UNKNOWN = (
    *("resnet26", "resnet50d", "seresnet50", "resnext50_32x4d", "wide_resnet50_2", "resnet50_gn"),
    *("efficientnet_b1", "efficientnet_lite0", "convnext_small", "mobilenetv3_large_100"),
    *("resnetv2_50", "vit_tiny_patch16_224"),
)
SIDE = 96
Case = tuple[str, nn.Module, Callable[[Tensor], Tensor], Any]


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (4, SIDE // 8, SIDE // 8, 1)).repeat_interleave(8, 1)
    pixels = pixels.repeat_interleave(8, 2).to(torch.uint8)
    print("| file | recognised as | largest difference |\n|---|---|---|")
    for name, reference, prepare, saved in (*list_timm(), *list_torchxrayvision()):
        images = prepare(pixels)
        warm_up(reference, images)
        torch.save(saved(), folder / f"{name}.pth")
        print(f"| {name} | {compare(folder / f'{name}.pth', reference, images, pixels)} |")


def list_timm() -> Iterator[Case]:
    """Networks that feed their pooled features on, and their state dicts."""
    import timm

    for name in (*KNOWN, *UNKNOWN):
        model = timm.create_model(name, img_size=SIDE) if "vit" in name else timm.create_model(name)

        class Pooled(nn.Module):
            def __init__(self, model: Any) -> None:
                super().__init__()
                self.model = model

            def forward(self, images: Tensor) -> Tensor:
                maps = self.model.forward_features(images)
                features: Tensor = self.model.forward_head(maps, pre_logits=True)
                return features

        yield (
            f"timm {name}",
            Pooled(model),
            lambda pixels: to_input(pixels, IMAGENET).expand(-1, 3, -1, -1),
            model.state_dict,
        )


def list_torchxrayvision() -> Iterator[Case]:
    """The grey DenseNet-121, saved whole as its publisher does, and the grey ResNet-50, whose file
    is a plain state dict.
    """
    import torchvision
    import torchxrayvision

    def prepare(pixels: Tensor) -> Tensor:
        grey = pixels.permute(0, 3, 1, 2).float().numpy()
        return torch.from_numpy(torchxrayvision.datasets.normalize(grey, 255)).float()

    dense = torchxrayvision.models.DenseNet(num_classes=18, in_channels=1)

    class Features(nn.Module):
        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, images: Tensor) -> Tensor:
            features: Tensor = self.model.features2(images)
            return features

    yield "torchxrayvision DenseNet, whole", Features(dense), prepare, lambda: dense
    residual = torchvision.models.resnet50(num_classes=18)
    residual.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    tensors = residual.state_dict()
    residual.fc = nn.Identity()
    yield "torchxrayvision ResNet-50, state", residual, prepare, lambda: tensors


def warm_up(model: nn.Module, images: Tensor) -> None:
    """Let batch normalisations see the images, so that none is as it was made."""
    model.train()
    with torch.no_grad():
        for _ in range(20):
            model(images)
    model.eval()


def compare(path: Path, reference: nn.Module, images: Tensor, pixels: Tensor) -> str:
    """Cells of the table for one file."""
    try:
        network = build_network(str(path), "auto", ("a", "b"), 0, find_workspace()).eval()
    except WeightsError as error:
        return f"refused | {error.what}"
    with torch.no_grad():
        expected = reference(images)
        found = compute_features(network, pixels)
    difference = float((found - expected).abs().max() / expected.abs().mean())
    return f"{network.architecture} | {difference:.0e}"


def compute_features(network: Network, pixels: Tensor) -> Tensor:
    """Pooled features (N, F) of grey pixels (N, S, S, 1), by the way that trainings take."""
    maps = to_input(pixels, network.normalisation)
    for _, stage in network.stages:
        maps = stage(maps)
    features: Tensor = network.pool(maps)
    return features


if __name__ == "__main__":
    main()
