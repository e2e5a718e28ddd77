"""Files as other publishers name their layers load, each tensor at its place."""

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.dialects import translate
from medapp.models.network import Network
from medapp.models.normalisation import Normalisation
from medapp.models.weights import build_network
from medapp.store.workspace import Workspace

Tensors = dict[str, Tensor]


def build_tensors(architecture: str) -> Tensors:
    """Each tensor has a value of its own, so that one at a wrong place is found."""
    with torch.device("meta"):
        shapes = {n: t.shape for n, t in ARCHITECTURES[architecture].build().state_dict().items()}
    names = [name for name in shapes if not name.endswith("tracked")]
    return {name: torch.full(shapes[name], float(i)) for i, name in enumerate(names)}


def name_as_timm_convnext(name: str) -> str:
    stem = {"features.0.": "stem.", "classifier.0.": "head.norm.", "classifier.2.": "head.fc."}
    for ours, theirs in stem.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    _, stage, rest = name.split(".", 2)
    if int(stage) % 2 == 0:
        return f"stages.{int(stage) // 2}.downsample.{rest}"
    block, _, rest = rest.partition(".")
    layers = {"layer_scale": "gamma", "block.0.": "conv_dw.", "block.2.": "norm."}
    layers |= {"block.3.": "mlp.fc1.", "block.5.": "mlp.fc2."}
    for ours, theirs in layers.items():
        if rest.startswith(ours):
            rest = rest.replace(ours, theirs, 1)
            break
    return f"stages.{int(stage) // 2}.blocks.{block}.{rest}"


def name_as_timm_efficientnet(name: str) -> str:
    ends = {"features.0.0.": "conv_stem.", "features.0.1.": "bn1.", "features.8.0.": "conv_head."}
    ends |= {"features.8.1.": "bn2.", "classifier.1.": "classifier."}
    for ours, theirs in ends.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    found = re.fullmatch(r"features\.(\d)\.(\d+)\.block\.(\d\.(?:\d|fc\d))\.(.*)", name)
    assert found is not None
    stage, block, layer, rest = found.groups()
    wide = ["conv_pw", "bn1", "conv_dw", "bn2", "se.conv_reduce", "se.conv_expand"]
    wide += ["conv_pwl", "bn3"]
    narrow = ["conv_dw", "bn1", "se.conv_reduce", "se.conv_expand", "conv_pw", "bn2"]
    theirs = narrow if stage == "1" else wide
    at = ["0.0", "0.1", "1.fc1", "1.fc2", "2.0", "2.1"]
    if stage != "1":
        at = ["0.0", "0.1", "1.0", "1.1", "2.fc1", "2.fc2", "3.0", "3.1"]
    return f"blocks.{int(stage) - 1}.{block}.{theirs[at.index(layer)]}.{rest}"


def name_as_older_densenet(name: str) -> str:
    return re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", name)


def shape_as_timm(name: str, tensor: Tensor) -> Tensor:
    return tensor.flatten() if name.endswith("gamma") else tensor


@pytest.mark.parametrize("prefix", ["", "model."])
@pytest.mark.parametrize(
    ("architecture", "name", "sample"),
    [
        ("convnext_tiny", name_as_timm_convnext, "stages.1.blocks.2.mlp.fc1.weight"),
        ("efficientnet_b0", name_as_timm_efficientnet, "blocks.3.1.se.conv_reduce.bias"),
        ("efficientnet_b0", name_as_timm_efficientnet, "blocks.0.0.conv_pw.weight"),
        ("densenet121", name_as_older_densenet, "features.denseblock2.denselayer3.norm.1.weight"),
    ],
)
def test_each_tensor_is_found_under_the_publishers_name(
    workspace: Workspace, tmp_path: Path, architecture: str, name: object, sample: str, prefix: str
) -> None:
    own = build_tensors(architecture)
    theirs = {prefix + name(n): shape_as_timm(name(n), t) for n, t in own.items()}  # type: ignore[operator]
    assert prefix + sample in theirs
    torch.save(theirs, tmp_path / "w.pth")
    network = build_network(str(tmp_path / "w.pth"), architecture, ("a", "b"), 0, workspace)
    found = network.model.state_dict()
    head = ARCHITECTURES[architecture].head
    body = [n for n in own if not n.startswith(f"{head}.")]
    assert all(torch.equal(found[n], own[n]) for n in body)
    assert network.loaded is not None
    assert "names that" in network.loaded.describe()


def test_layers_that_timm_keeps_as_convolutions_are_flattened() -> None:
    tensors = {
        "pre_logits.fc1.weight": torch.arange(4096 * 8.0).reshape(4096, 2, 2, 2),
        "pre_logits.fc2.weight": torch.zeros(1).expand(4096, 8, 1, 1),
        "head.fc.bias": torch.zeros(3),
    }
    found, whose = translate(tensors)
    assert whose == "timm"
    assert set(found) == {"classifier.0.weight", "classifier.3.weight", "classifier.6.bias"}
    assert found["classifier.0.weight"].shape == (4096, 8)
    assert found["classifier.0.weight"][1].tolist() == [8.0 + i for i in range(8)]
    assert found["classifier.3.weight"].shape == (4096, 8)


def test_torchvisions_own_names_stay() -> None:
    tensors = {"conv1.weight": torch.zeros(1), "bn1.weight": torch.zeros(1)}
    assert translate(tensors) == (tensors, "")


def number_children(model: nn.Module) -> Tensors:
    """As RadImageNet saves: `self.backbone = nn.Sequential(*list(model.children())[:-1])`."""
    holder = nn.Module()
    holder.backbone = nn.Sequential(*list(model.children())[:-1])
    return dict(holder.state_dict())


@pytest.mark.parametrize("architecture", ["resnet18", "densenet121"])
def test_radimagenets_form_loads_and_takes_its_normalisation_from_a_card(
    workspace: Workspace, tmp_path: Path, architecture: str
) -> None:
    torch.manual_seed(0)
    model = ARCHITECTURES[architecture].build()
    path = tmp_path / "RadImageNet.pt"
    torch.save(number_children(model), path)
    network = build_network(str(path), architecture, ("a", "b"), 0, workspace)
    first = next(model.parameters())
    assert torch.equal(next(network.model.parameters()), first)
    assert "Nothing says how its images were normalised" in describe(network)
    path.with_suffix(".json").write_text('{"mean": [0.5], "std": [0.5]}', encoding="utf-8")
    network = build_network(str(path), architecture, ("a", "b"), 0, workspace)
    assert network.normalisation == Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert "as RadImageNet.json says" in describe(network)


def test_torchxrayvisions_grey_network_loads_with_its_range(
    workspace: Workspace, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    tensors = dict(ARCHITECTURES["densenet121"].build().state_dict())
    grey = tensors["features.conv0.weight"].sum(1, keepdim=True)
    tensors |= {"features.conv0.weight": grey, "op_threshs": torch.full((18,), float("nan"))}
    tensors |= {"classifier.weight": torch.zeros(18, 1024), "classifier.bias": torch.zeros(18)}
    torch.save(tensors, tmp_path / "xrv.pt")
    network = build_network(str(tmp_path / "xrv.pt"), "densenet121", ("a", "b"), 0, workspace)
    low, high = ((x - 0.5) * 2048 for x in (0.0, 1.0))
    normal = network.normalisation
    assert [(x - normal.mean[0]) / normal.std[0] for x in (0.0, 1.0)] == [low, high]
    said = describe(network)
    assert "as torchxrayvision does" in said
    assert "op_threshs" in said
    assert "grey images" in said


def test_a_pickled_network_of_nothing_known_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "whole.pt")
    with pytest.raises(WeightsError, match=r"whole\.pt is of no architecture") as refused:
        build_network(str(tmp_path / "whole.pt"), "auto", ("a", "b"), 0, workspace)
    assert "resnet50" in refused.value.remedy


def describe(network: Network) -> str:
    assert network.loaded is not None
    return network.loaded.describe()
