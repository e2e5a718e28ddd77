"""What stands beside a weights file is believed, where the file itself says nothing."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from medapp.errors import WeightsError
from medapp.models.cards import read_card
from medapp.models.sources import find_source
from medapp.store.workspace import Workspace

TIMM = {
    "architecture": "resnet34.a1_in1k",
    "num_classes": 1000,
    "pretrained_cfg": {"mean": [0.4, 0.5, 0.6], "std": [0.1, 0.2, 0.3], "first_conv": "conv1"},
}


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_the_hubs_card_is_read(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    assert read_card(path).origin == ""
    write(tmp_path / "config.json", TIMM)
    card = read_card(path)
    assert (card.origin, card.architecture) == ("config.json", "resnet34")
    assert {n: json.loads(t) for n, t in card.normalisation.items()} == {
        "mean": [0.4, 0.5, 0.6],
        "std": [0.1, 0.2, 0.3],
    }
    assert find_source(str(path), "resnet18", workspace) == ("resnet34", path)


def test_a_config_is_no_card_of_files_with_other_names(tmp_path: Path) -> None:
    write(tmp_path / "config.json", TIMM)
    assert read_card(tmp_path / "mine.pth").origin == ""


def test_the_card_beside_comes_from_medapp_too(tmp_path: Path) -> None:
    card = {"architecture": "torchvision densenet121", "normalisation": {"mean": [0.5]}}
    write(tmp_path / "mine.json", card)
    found = read_card(tmp_path / "mine.pth")
    assert (found.architecture, found.normalisation) == ("densenet121", {"mean": "[0.5]"})


@pytest.mark.parametrize("named", ["resnet50d.a1_in1k", "tf_efficientnet_b0", "vit_base"])
def test_an_architecture_that_only_looks_alike_is_refused(
    workspace: Workspace, tmp_path: Path, named: str
) -> None:
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    write(tmp_path / "config.json", {"architecture": named})
    with pytest.raises(WeightsError, match=f"of the architecture {named}, which MedApp does not"):
        find_source(str(path), "resnet18", workspace)


def test_a_damaged_card_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text("{", encoding="utf-8")
    with pytest.raises(WeightsError, match=r"w\.json, the card of w\.pth, cannot be read"):
        read_card(tmp_path / "w.pth")


@pytest.mark.parametrize("value", [[], {}, {"architecture": 3}, {"mean": None, "architecture": ""}])
def test_a_card_that_says_nothing_of_use_names_no_architecture(
    tmp_path: Path, value: object
) -> None:
    write(tmp_path / "w.json", value)
    assert read_card(tmp_path / "w.pth").architecture == ""
