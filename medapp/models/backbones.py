"""The table of what can be transferred from: one row a pretrained backbone. No torch here."""

from dataclasses import dataclass
from pathlib import Path

from medapp.models.normalisation import IMAGENET, Normalisation
from medapp.store.shipped import ASSETS
from medapp.store.workspace import Workspace

_TORCHVISION_TERMS = (
    "Weights by torchvision (BSD-3-Clause), trained on ImageNet-1k (ILSVRC 2012), whose images are"
    " for non-commercial research and education."
)


@dataclass(frozen=True)
class Backbone:
    """A pretrained network. To add one, write a row of `BACKBONES`.

    Attributes:
        architecture: a key of `ARCHITECTURES`, which knows what the network costs.
        url: where the file comes from; empty for the bundled one.
        sha256: the file's SHA-256 in hex, or its first digits where the publisher gives no more
            (torchvision puts eight into the name).
        megabytes: size of the file, in 10^6 bytes.
        top1: accuracy on the source task's validation images, 0 to 1.
        normalisation: of the images the network was trained with, where its file does not say.
    """

    name: str
    title: str
    architecture: str
    url: str
    sha256: str
    megabytes: float
    top1: float
    source_data: str
    terms: str
    normalisation: Normalisation = IMAGENET

    @property
    def file_name(self) -> str:
        """The file's name in the workspace's folder of weights."""
        return self.url.rpartition("/")[2]


def _torchvision(name: str, title: str, file: str, megabytes: float, top1: float) -> Backbone:
    return Backbone(
        name,
        title,
        architecture=name,
        url=f"https://download.pytorch.org/models/{file}",
        sha256=file.removesuffix(".pth").rpartition("-")[2],
        megabytes=megabytes,
        top1=top1,
        source_data="ImageNet-1k",
        terms=_TORCHVISION_TERMS,
    )


BUNDLED_PATH = ASSETS / "weights" / "resnet18-tiny-imagenet.safetensors"
BUNDLED = Backbone(
    "bundled",
    "ResNet-18 (bundled)",
    architecture="resnet18",
    url="",
    sha256="13c1c31b0912b6ceb6c9879853358c60153525b7940a0abc29ee54e0d497ad85",
    megabytes=22.6,
    top1=0.483,
    source_data="Tiny ImageNet",
    terms=(
        "The weights are under this project's licence; Tiny ImageNet is a subset of ImageNet"
        " (ILSVRC), whose images are for non-commercial research and education."
    ),
)

BACKBONES: dict[str, Backbone] = {
    row.name: row
    for row in (
        BUNDLED,
        _torchvision("resnet18", "ResNet-18", "resnet18-f37072fd.pth", 46.8, 0.698),
        _torchvision("resnet34", "ResNet-34", "resnet34-b627a593.pth", 87.3, 0.733),
        _torchvision("resnet50", "ResNet-50", "resnet50-11ad3fa6.pth", 102.5, 0.809),
        _torchvision("resnet101", "ResNet-101", "resnet101-cd907fc2.pth", 178.8, 0.819),
        _torchvision("vgg16_bn", "VGG-16 with BatchNorm", "vgg16_bn-6c64b313.pth", 553.5, 0.734),
        _torchvision("vgg19_bn", "VGG-19 with BatchNorm", "vgg19_bn-c79401a0.pth", 574.8, 0.742),
        _torchvision("densenet121", "DenseNet-121", "densenet121-a639ec97.pth", 32.3, 0.744),
        _torchvision(
            "efficientnet_b0",
            "EfficientNet-B0",
            "efficientnet_b0_rwightman-7f5810bc.pth",
            21.4,
            0.777,
        ),
        _torchvision("convnext_tiny", "ConvNeXt-Tiny", "convnext_tiny-983f1562.pth", 114.4, 0.825),
    )
}


def find_file(backbone: Backbone, workspace: Workspace) -> Path | None:
    """Where the backbone's file is on this machine; None where the file has yet to be fetched."""
    path = BUNDLED_PATH if backbone is BUNDLED else workspace.weights_folder / backbone.file_name
    return path if path.is_file() else None
