"""A network is fed images with the statistics that its weights were trained with."""

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from medapp.errors import WeightsError
from medapp.models.network import Network
from medapp.models.normalisation import IMAGENET, Normalisation, read_normalisation
from medapp.models.weights import build_network, export_backbone, load_network, save_network
from medapp.store.workspace import Workspace

CLASSES = ("a", "b")
OTHER = Normalisation((0.25, 0.5, 0.75), (0.125, 0.25, 0.5))
DAMAGED = [
    {"mean": "[0.5, 0.5, 0.5]"},
    {"std": "[0.5, 0.5, 0.5]"},
    {"mean": "[0.5, 0.5]", "std": "[0.5, 0.5, 0.5]"},
    {"mean": "[0.5, 0.5, 0.5]", "std": "[0.5, 0.5, 0.5, 0.5]"},
    {"mean": "0.5", "std": "[0.5, 0.5, 0.5]"},
    {"mean": '["a", 0.5, 0.5]', "std": "[0.5, 0.5, 0.5]"},
    {"mean": "[null, 0.5, 0.5]", "std": "[0.5, 0.5, 0.5]"},
    {"mean": "[NaN, 0.5, 0.5]", "std": "[0.5, 0.5, 0.5]"},
    {"mean": "[0.5, 0.5, 0.5]", "std": "[0.5, NaN, 0.5]"},
    {"mean": "[0.5, 0.5, 0.5]", "std": "[0.5, Infinity, 0.5]"},
    {"mean": "[0.5, 0.5, 0.5]", "std": "[0.0, 0.5, 0.5]"},
    {"mean": "[0.5, 0.5, 0.5]", "std": "[-0.5, 0.5, 0.5]"},
    {"mean": "{", "std": "{"},
    {"mean": "[" * 100_000, "std": "{}"},
]


def write_backbone(path: Path, metadata: dict[str, str] | None) -> Path:
    """A ResNet-18 as a stranger would write one, with torchvision's names."""
    tensors = Network("resnet18", CLASSES).model.state_dict()
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)
    return path


def test_a_file_that_says_nothing_is_taken_for_imagenets(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = write_backbone(tmp_path / "plain.safetensors", None)
    assert build_network(str(path), "resnet18", CLASSES, 0, workspace).normalisation == IMAGENET
    assert build_network("bundled", "resnet18", CLASSES, 0, workspace).normalisation == IMAGENET


def test_statistics_of_a_file_travel_with_the_network(tmp_path: Path, workspace: Workspace) -> None:
    path = write_backbone(tmp_path / "other.safetensors", OTHER.to_metadata())
    network = build_network(str(path), "resnet18", CLASSES, 0, workspace)
    assert network.normalisation == OTHER
    save_network(network, tmp_path / "model.safetensors")
    again, _ = load_network(tmp_path / "model.safetensors")
    assert again.normalisation == OTHER
    card = export_backbone(tmp_path / "model.safetensors", tmp_path / "mine.safetensors", {})
    assert card["normalisation"]["mean"] == OTHER.mean
    assert card["normalisation"]["std"] == OTHER.std
    later = build_network(str(tmp_path / "mine.safetensors"), "resnet18", CLASSES, 0, workspace)
    assert later.normalisation == OTHER


def test_metadata_are_numbers_that_come_back_exactly() -> None:
    assert read_normalisation(IMAGENET.to_metadata(), OTHER, "a file") == IMAGENET
    assert read_normalisation({"mean": "[0, 0, 0]", "std": "[1, 1, 1]"}, OTHER, "a file") == (
        Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    )


@pytest.mark.parametrize("metadata", DAMAGED, ids=lambda metadata: json.dumps(metadata)[:40])
def test_damaged_statistics_are_refused_in_words(metadata: dict[str, str]) -> None:
    with pytest.raises(WeightsError, match=r"normalisation of scan\.safetensors is damaged"):
        read_normalisation(metadata, IMAGENET, "scan.safetensors")


def test_a_file_with_damaged_statistics_is_no_source(tmp_path: Path, workspace: Workspace) -> None:
    path = write_backbone(tmp_path / "bad.safetensors", DAMAGED[0])
    with pytest.raises(WeightsError, match="is damaged"):
        build_network(str(path), "resnet18", CLASSES, 0, workspace)
    network = Network("resnet18", CLASSES)
    save_network(network, tmp_path / "model.safetensors", {"std": "[0, 1, 1]"})
    with pytest.raises(WeightsError, match="is damaged"):
        load_network(tmp_path / "model.safetensors")


def test_a_model_that_0_1_0_wrote_is_fed_imagenets(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_network(Network("resnet18", CLASSES), path)
    metadata = {"architecture": "resnet18", "class_names": json.dumps(CLASSES), "format": "pt"}
    save_file(load_file(path), path, metadata)
    network, _ = load_network(path)
    assert network.normalisation == IMAGENET
    assert network.task.name == "single-label"
