import pytest
import torch
import torchvision

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.neighbours import NeighboursHead
from medapp.models.network import Network, to_input
from medapp.models.normalisation import IMAGENET, Normalisation
from medapp.task import find_task

LIGHT = [
    "resnet18",
    "vgg16_bn",
    "densenet121",
    "efficientnet_b0",
    "convnext_tiny",
]  # one of each family


@pytest.mark.parametrize("architecture", LIGHT)
def test_parts_give_what_torchvision_gives(architecture: str) -> None:
    network = Network(architecture, ("a", "b", "c")).eval()
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(network(x), network.model(x))


@pytest.mark.parametrize("architecture", LIGHT)
def test_parts_share_every_parameter_of_the_model(architecture: str) -> None:
    network = Network(architecture, ("a", "b"))
    parts = [*(stage for _, stage in network.stages), network.pool, network.head]
    assert {id(p) for part in parts for p in part.parameters()} == {
        id(p) for p in network.model.parameters()
    }


@pytest.mark.parametrize("architecture", LIGHT)
def test_mode_reaches_every_part(architecture: str) -> None:
    network = Network(architecture, ("a", "b")).train()
    modules = [
        m for part in (*(s for _, s in network.stages), network.pool) for m in part.modules()
    ]
    assert all(m.training for m in modules)
    network.eval()
    assert not any(m.training for m in modules)


def test_names_are_torchvisions() -> None:
    network = Network("resnet18", tuple("abc"))
    assert (
        network.model.state_dict().keys()
        == torchvision.models.resnet18(num_classes=3).state_dict().keys()
    )


def test_every_architecture_of_the_table_takes_its_least_size() -> None:
    for name, row in ARCHITECTURES.items():
        if name in LIGHT:
            with torch.no_grad():
                assert Network(name, ("a", "b")).eval()(
                    torch.zeros(1, 3, row.least_size, row.least_size)
                ).shape == (1, 2)


def test_unknown_architecture_is_said() -> None:
    with pytest.raises(WeightsError, match="resnet18"):
        Network("resnet19", ("a",))


def test_grey_is_repeated_and_normalised() -> None:
    pixels = torch.full((1, 2, 2, 1), 255, dtype=torch.uint8)
    x = to_input(pixels, IMAGENET)
    assert x.shape == (1, 3, 2, 2)
    for channel in range(3):
        wanted = (1 - IMAGENET.mean[channel]) / IMAGENET.std[channel]
        assert x[0, channel, 0, 0].item() == pytest.approx(wanted)


def test_each_colour_is_normalised_by_its_own_statistics() -> None:
    pixels = torch.tensor([[[[0, 255, 51]]]], dtype=torch.uint8)  # (1, 1, 1, 3)
    x = to_input(pixels, Normalisation((0.5, 0.0, 0.2), (0.5, 2.0, 0.1)))
    assert x.flatten().tolist() == pytest.approx([-1.0, 0.5, 0.0], abs=1e-6)
    assert x.is_contiguous(memory_format=torch.channels_last)


def test_a_change_sees_images_between_black_and_white() -> None:
    seen: list[torch.Tensor] = []

    def invert(images: torch.Tensor) -> torch.Tensor:
        seen.append(images)
        return 1 - images

    pixels = torch.tensor([[[[0]], [[255]]]], dtype=torch.uint8)  # (1, 2, 1, 1)
    plain = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert to_input(pixels, plain, invert)[0, 0].flatten().tolist() == [1.0, 0.0]
    assert seen[0].shape == (1, 1, 2, 1)
    assert seen[0].flatten().tolist() == [0.0, 1.0]


def test_the_task_says_how_many_logits_there_are() -> None:
    for name in ("single-label", "multi-label"):
        network = Network("resnet18", ("a", "b", "c"), find_task(name))
        assert (network.task.name, network.head.out_features) == (name, 3)
    assert Network("resnet18", ("a", "b")).task is find_task("single-label")


def test_head_tells_apart_in_bfloat16_what_differs_by_little() -> None:
    network = Network("resnet18", ("a", "b")).eval()
    features = 100 + torch.randn(64, 512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.head.weight.mul_(50)
        wanted = network.head(features)
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.allclose(network.head(features), wanted, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("architecture", [*LIGHT, "small-pixels"])
def test_a_look_gives_the_logits_and_what_each_stage_says(architecture: str) -> None:
    network = Network(architecture, ("a", "b", "c")).eval()
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        logits, features = network.look(x)
        assert torch.equal(logits, network(x))
        assert len(features) == len(network.stages)
        maps = network.stages[0][1](x)
        if len(features) > 1:
            assert torch.allclose(features[0], maps.mean((2, 3)))
        assert torch.allclose(network.head(features[-1]), logits, atol=1e-5)


@pytest.mark.parametrize("task", ["single-label", "multi-label", "ordinal"])
def test_a_rescaled_head_gives_its_logits_times_scale_plus_offset(task: str) -> None:
    network = Network("resnet18", ("a", "b", "c"), find_task(task)).eval()
    x = torch.randn(2, 3, 64, 64)
    outputs = network.task.count_outputs(network.classes)
    scale, offset = torch.rand(outputs) + 0.5, torch.randn(outputs)
    with torch.no_grad():
        before = network(x)
        network.rescale(scale, offset)
        assert torch.allclose(network(x), before * scale + offset, atol=1e-5)


def test_votes_are_not_rescaled() -> None:
    network = Network("resnet18", ("a", "b"))
    network.set_head(NeighboursHead(512, 3, 2, network.task))
    with pytest.raises(ValueError, match="votes"):
        network.rescale(torch.ones(2), torch.zeros(2))
