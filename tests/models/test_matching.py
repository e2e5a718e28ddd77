"""Weights as people save them: what is only wrapped loads, what is another is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.network import Network, to_input
from medapp.models.normalisation import Normalisation
from medapp.models.reading import read_weights
from medapp.models.weights import build_network
from medapp.store.workspace import Workspace

CLASSES = ("a", "b")
Tensors = dict[str, Tensor]


def build_model(architecture: str = "resnet18", seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return ARCHITECTURES[architecture].build()


@pytest.fixture(scope="module")
def plain() -> Tensors:
    return dict(build_model().state_dict())


def load(
    workspace: Workspace, tmp_path: Path, values: object, architecture: str = "resnet18"
) -> Network:
    torch.save(values, tmp_path / "w.pth")
    return build_network(str(tmp_path / "w.pth"), architecture, CLASSES, 0, workspace)


def put_before(prefix: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {prefix + name: tensor for name, tensor in tensors.items()}


def number_layers(tensors: Tensors) -> Tensors:
    """As `nn.Sequential(*list(model.children())[:-1])` names them."""
    children = [name for name, _ in build_model().named_children()][:-1]
    return {
        f"{children.index(name.split('.')[0])}.{name.partition('.')[2]}": tensor
        for name, tensor in tensors.items()
        if name.split(".")[0] in children
    }


@pytest.mark.parametrize(
    ("wrap", "said"),
    [
        (put_before("module."), "'module.'"),
        (put_before("model."), "'model.'"),
        (put_before("encoder."), "'encoder.'"),
        (put_before("module.backbone.net."), "'module.backbone.net.'"),
        (lambda t: {"epoch": 3, "state_dict": put_before("module.")(t)}, "'module.'"),
        (lambda t: {"model_state_dict": t, "optimizer_state_dict": {}}, ""),
        (lambda t: {"model": t, "epoch": 1}, ""),
        (number_layers, "by number"),
        (lambda t: put_before("backbone.")(number_layers(t)), "by number"),
        (lambda t: {n: v for n, v in t.items() if not n.startswith("fc.")}, ""),
        (lambda t: {**t, "projector.0.weight": torch.ones(3)}, "projector.0.weight"),
        (lambda t: {**put_before("model.")(t), "criterion.weight": torch.ones(3)}, "criterion"),
        (lambda t: {n.replace("fc.", "fc.1."): v for n, v in t.items()}, "fc.1.weight"),
        (lambda t: {**t, "fc.weight": torch.ones(5, 512), "fc.bias": torch.ones(5)}, "fc.bias"),
        (lambda t: {**put_before("model.")(t), **put_before("backbone.")(t)}, "'model.'"),
    ],
)
def test_the_same_network_in_another_wrapping_loads_and_that_is_said(
    workspace: Workspace,
    tmp_path: Path,
    plain: Tensors,
    wrap: Callable[[Tensors], object],
    said: str,
) -> None:
    network = load(workspace, tmp_path, wrap(plain))
    own = network.model.state_dict()
    wanted = [n for n in own if not n.startswith("fc.") and not n.endswith("tracked")]
    assert len(wanted) == 100
    assert all(torch.equal(own[name], plain[name]) for name in wanted)
    assert network.loaded is not None
    assert (network.loaded.count, network.loaded.has_head) == (100, False)
    assert said in network.loaded.describe()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_load(
    workspace: Workspace, tmp_path: Path, plain: Tensors, dtype: torch.dtype
) -> None:
    half = {n: t.to(dtype) if t.is_floating_point() else t for n, t in plain.items()}
    network = load(workspace, tmp_path, half)
    assert torch.equal(network.model.conv1.weight, half["conv1.weight"].float())


def test_a_first_layer_for_grey_images_gives_the_same_on_grey_images(
    workspace: Workspace, tmp_path: Path, plain: Tensors
) -> None:
    grey = plain["conv1.weight"].sum(1, keepdim=True)
    network = load(workspace, tmp_path, {**plain, "conv1.weight": grey})
    pixels = torch.randint(0, 256, (2, 64, 64, 1), dtype=torch.uint8)
    images = to_input(pixels, Normalisation((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)))
    wanted = nn.functional.conv2d(images[:, :1], grey, stride=2, padding=3)
    assert torch.allclose(network.model.conv1(images), wanted, atol=1e-4)
    assert network.loaded is not None
    assert "grey images" in network.loaded.describe()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("resnet34", "resnet18"),  # has 96 tensors more, all others fit
        ("resnet18", "resnet34"),
        ("resnet101", "resnet50"),
        ("vgg19_bn", "vgg16_bn"),
        ("resnet18", "densenet121"),
    ],
)
def test_another_architecture_is_refused_and_the_fitting_one_is_named(
    workspace: Workspace, tmp_path: Path, theirs: str, ours: str
) -> None:
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in ARCHITECTURES[theirs].build().state_dict().items()}
    # Zeros that share one element take no room.
    tensors = {name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}
    with pytest.raises(WeightsError, match=f"does not fit {ours}") as refused:
        load(workspace, tmp_path, put_before("module.")(tensors), ours)
    assert f"fits {theirs}:" in refused.value.remedy


def test_layers_that_the_network_lacks_are_refused(
    workspace: Workspace, tmp_path: Path, plain: Tensors
) -> None:
    more = {**plain, "layer1.0.se.fc1.weight": torch.ones(4, 64)}
    with pytest.raises(WeightsError, match=r"layer1\.0\.se\.fc1\.weight has no place in it \(1 "):
        load(workspace, tmp_path, more)


def test_two_networks_in_one_file_are_refused(
    workspace: Workspace, tmp_path: Path, plain: Tensors
) -> None:
    other = put_before("encoder_k.")(dict(build_model(seed=1).state_dict()))
    with pytest.raises(WeightsError, match=r"several networks, 'encoder_q\.' and 'encoder_k\.'"):
        load(workspace, tmp_path, {**put_before("encoder_q.")(plain), **other})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda t: torch.full_like(t, float("nan")), "NaN"),
        (lambda t: t.index_fill(0, torch.tensor([2]), float("inf")), "infinite"),
        (lambda t: (t * 100).to(torch.int8), "int8"),
    ],
)
def test_weights_that_are_no_numbers_are_refused(
    workspace: Workspace,
    tmp_path: Path,
    plain: Tensors,
    change: Callable[[Tensor], Tensor],
    fault: str,
) -> None:
    broken = change(plain["layer2.0.conv1.weight"])
    with pytest.raises(WeightsError, match=rf"layer2\.0\.conv1\.weight.*{fault}"):
        load(workspace, tmp_path, {**plain, "layer2.0.conv1.weight": broken})


@pytest.mark.parametrize(
    "values", [{}, {"state_dict": {}}, {"epoch": 3}, [torch.ones(2)], {1: torch.ones(2)}]
)
def test_a_file_without_a_table_of_tensors_is_refused(tmp_path: Path, values: object) -> None:
    torch.save(values, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="no table of tensors"):
        read_weights(tmp_path / "w.pth")
