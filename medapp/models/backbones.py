"""The table of what can be transferred from: one row a pretrained backbone. No torch here, so that
a page can draw the table at once.

To add a backbone: a row here, and its stages in `network.py` if its architecture is new.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medapp.errors import WeightsError
from medapp.store.shipped import ASSETS
from medapp.store.workspace import Workspace

_TORCHVISION_TERMS = (
    "Weights by torchvision (BSD-3-Clause), trained on ImageNet-1k (ILSVRC 2012), whose images are"
    " for non-commercial research and education."
)


@dataclass(frozen=True)
class Backbone:
    """A pretrained network.

    Attributes:
        architecture: a key of `network.ARCHITECTURES`.
        url: where the file comes from; empty for the bundled one.
        sha256: the file's SHA-256 in hex, or its first digits where the publisher gives no more
            (torchvision puts eight into the name).
        megabytes: size of the file, in 10^6 bytes.
        gigaflops: of one forward pass at 224 px, counting two for a multiply-add.
        maps_mib: what a training step keeps of one image at 224 px in float32, in MiB, by torch's
            saved tensors.
        top1: accuracy on the source task's validation images, 0 to 1.
    """

    name: str
    title: str
    architecture: str
    url: str
    sha256: str
    megabytes: float
    gigaflops: float
    maps_mib: float
    top1: float
    source_data: str
    terms: str

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]


def _torchvision(
    name: str,
    title: str,
    file: str,
    megabytes: float,
    gigaflops: float,
    maps_mib: float,
    top1: float,
) -> Backbone:
    digits = file.removesuffix(".pth").rpartition("-")[2]
    url = f"https://download.pytorch.org/models/{file}"
    return Backbone(
        name,
        title,
        name,
        url,
        digits,
        megabytes,
        gigaflops,
        maps_mib,
        top1,
        "ImageNet-1k",
        _TORCHVISION_TERMS,
    )


def read_card(path: Path) -> dict[str, Any]:
    """The JSON card beside a backbone's file.

    Raises:
        WeightsError: no card, or not JSON.
    """
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"The card {path.name} cannot be read: {error}. Put the file back as it was published."
        ) from error
    if not isinstance(card, dict):
        raise WeightsError(
            f"The card {path.name} of the backbone is not a JSON object. Put the file back as it"
            " was published."
        )
    return card


BUNDLED_PATH = ASSETS / "weights" / "resnet18-tiny-imagenet.safetensors"
BUNDLED = Backbone(
    "bundled",
    "ResNet-18 (bundled)",
    "resnet18",
    "",
    "13c1c31b0912b6ceb6c9879853358c60153525b7940a0abc29ee54e0d497ad85",
    22.6,
    3.63,
    21.2,
    0.483,
    "Tiny ImageNet",
    "The weights are under this project's licence; Tiny ImageNet is a subset of ImageNet (ILSVRC),"
    " whose images are for non-commercial research and education.",
)

BACKBONES: dict[str, Backbone] = {
    row.name: row
    for row in (
        BUNDLED,
        _torchvision("resnet18", "ResNet-18", "resnet18-f37072fd.pth", 46.8, 3.63, 21.2, 0.698),
        _torchvision("resnet34", "ResNet-34", "resnet34-b627a593.pth", 87.3, 7.33, 30.7, 0.733),
        _torchvision("resnet50", "ResNet-50", "resnet50-11ad3fa6.pth", 102.5, 8.18, 82.0, 0.809),
        _torchvision(
            "resnet101", "ResNet-101", "resnet101-cd907fc2.pth", 178.8, 15.6, 121.0, 0.819
        ),
        _torchvision(
            "vgg16_bn", "VGG-16 with BatchNorm", "vgg16_bn-6c64b313.pth", 553.5, 30.9, 122.5, 0.734
        ),
        _torchvision(
            "vgg19_bn", "VGG-19 with BatchNorm", "vgg19_bn-c79401a0.pth", 574.8, 39.3, 132.4, 0.742
        ),
        _torchvision(
            "densenet121", "DenseNet-121", "densenet121-a639ec97.pth", 32.3, 5.67, 124.3, 0.744
        ),
        _torchvision(
            "efficientnet_b0",
            "EfficientNet-B0",
            "efficientnet_b0_rwightman-7f5810bc.pth",
            21.4,
            0.77,
            84.5,
            0.777,
        ),
        _torchvision(
            "convnext_tiny",
            "ConvNeXt-Tiny",
            "convnext_tiny-983f1562.pth",
            114.4,
            8.91,
            104.1,
            0.825,
        ),
    )
}


def find_file(backbone: Backbone, workspace: Workspace) -> Path | None:
    """Where the backbone's file is on this machine, or None when it has yet to be fetched or put
    there by hand.
    """
    path = BUNDLED_PATH if backbone is BUNDLED else workspace.weights_folder / backbone.file_name
    return path if path.is_file() else None
