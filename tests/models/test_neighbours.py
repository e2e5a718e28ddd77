"""Votes by hand, and a head that comes back from its file as it was."""

from pathlib import Path

import pytest
import torch

from medapp.errors import WeightsError
from medapp.models.neighbours import NeighboursHead
from medapp.models.network import Network
from medapp.models.weights import build_network, export_backbone, load_network, save_network
from medapp.store.workspace import Workspace
from medapp.task import find_task

CLASSES = ("a", "b", "c")


def build_head(task: str, labels: list[list[float]], count: int) -> NeighboursHead:
    """Five training images at 0°, 10°, … of a circle, so that an image at 0° finds them in order;
    NaN is unknown.
    """
    head = NeighboursHead(2, 5, len(labels[0]), find_task(task))
    angles = torch.deg2rad(torch.arange(5) * 10.0)
    head.rows.copy_(torch.stack([angles.cos(), angles.sin()], 1))
    shown = torch.tensor(labels)
    head.shown.copy_(shown == 1)
    head.known.copy_(~shown.isnan())
    head.count.fill_(count)
    return head


def one_hot(*indices: int) -> list[list[float]]:
    return [[float(i == index) for i in range(3)] for index in indices]


def test_votes_are_smoothed_as_laplace_did() -> None:
    head = build_head("single-label", one_hot(1, 1, 0, 2, 2), count=3)
    probabilities = head(torch.tensor([[2.0, 0.0]])).softmax(1)
    # Of three neighbours one shows a and two b: (v + 1) / (3 + 3).
    assert probabilities[0].tolist() == pytest.approx([2 / 6, 3 / 6, 1 / 6])


def test_likeness_is_the_angle_of_standardised_features() -> None:
    head = build_head("single-label", one_hot(0, 1, 1, 1, 2), count=1)
    head.mean.copy_(torch.tensor([1.0, -1.0]))
    head.spread.copy_(torch.tensor([2.0, 0.5]))
    angle = torch.deg2rad(torch.tensor(40.0))
    # 100 times as long, at 40° once it is standardised.
    x = torch.tensor([[angle.cos() * 100 * 2 + 1, angle.sin() * 100 * 0.5 - 1]])
    assert head(x).argmax() == 2


def test_unknown_findings_do_not_vote() -> None:
    nan = float("nan")
    labels = [[1.0, nan], [1.0, nan], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]
    head = build_head("multi-label", labels, count=3)
    probabilities = head(torch.tensor([[1.0, 0.0]])).sigmoid()
    assert probabilities[0].tolist() == pytest.approx([3 / 5, 2 / 3])


def test_grades_get_their_shares_of_votes() -> None:
    head = build_head("ordinal", one_hot(0, 2, 2, 1, 1), count=3)
    logits = head(torch.tensor([[1.0, 0.0]]))
    assert logits.shape == (1, 2)
    probabilities = find_task("ordinal").activate(logits)
    assert probabilities[0].tolist() == pytest.approx([2 / 6, 1 / 6, 3 / 6])


def test_more_neighbours_than_there_are_is_all_of_them() -> None:
    head = build_head("single-label", one_hot(0, 0, 1, 1, 1), count=100)
    assert head(torch.tensor([[1.0, 0.0]])).softmax(1)[0].tolist() == pytest.approx(
        [3 / 8, 4 / 8, 1 / 8]
    )


def save_neighbours(path: Path) -> Network:
    network = Network("resnet18", CLASSES).eval()
    head = NeighboursHead(512, 7, 3, network.task)
    generator = torch.Generator().manual_seed(0)
    head.mean.copy_(torch.randn(512, generator=generator))
    head.rows.copy_(torch.randn(7, 512, generator=generator))
    head.shown[range(7), torch.arange(7) % 3] = 1
    head.count.fill_(3)
    network.set_head(head)
    save_network(network, path, {"recipe": "{}"})
    return network


def test_the_head_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    network = save_neighbours(path)
    loaded, _ = load_network(path)
    assert loaded.keeps_neighbours
    x = torch.rand(4, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(loaded(x), network(x), atol=1e-6)
    before = path.read_bytes()
    save_network(loaded, path, {"recipe": "{}"})
    assert path.read_bytes() == before


def test_another_run_starts_from_its_backbone_with_a_new_head(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "model.safetensors"
    kept = save_neighbours(path)
    network = build_network(str(path), "resnet18", CLASSES, 0, workspace)
    assert not network.keeps_neighbours
    assert network.loaded is not None
    assert not network.loaded.has_head
    assert torch.equal(network.model.conv1.weight, kept.model.conv1.weight)


def test_no_backbone_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_neighbours(path)
    with pytest.raises(WeightsError, match="features of its training images"):
        export_backbone(path, tmp_path / "mine.safetensors", {})
    save_network(Network("small-pixels", CLASSES), path)
    with pytest.raises(WeightsError, match="without a backbone"):
        export_backbone(path, tmp_path / "mine.safetensors", {})
    assert not (tmp_path / "mine.safetensors").exists()


def test_a_network_without_weights_is_nothing_to_start_from(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "model.safetensors"
    save_network(Network("small-pixels", CLASSES), path)
    with pytest.raises(WeightsError, match="nothing to start from"):
        build_network(str(path), "resnet18", CLASSES, 0, workspace)


def test_a_file_that_lost_its_training_images_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_network(Network("resnet18", CLASSES), path, {"head": "neighbours"})
    with pytest.raises(WeightsError, match="is missing"):
        load_network(path)
