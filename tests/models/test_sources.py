from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from medapp.errors import WeightsError
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.sources import find_source
from medapp.store.workspace import Workspace


def test_nothing_and_what_is_bundled(workspace: Workspace) -> None:
    assert find_source("none", "resnet50", workspace) == ("resnet50", None)
    assert find_source("bundled", "resnet50", workspace) == ("resnet18", BUNDLED_PATH)


def test_a_file_names_its_architecture_or_takes_the_recipes(
    workspace: Workspace, tmp_path: Path
) -> None:
    plain, named = tmp_path / "plain.safetensors", tmp_path / "named.safetensors"
    save_file({"a": torch.zeros(1)}, plain)
    save_file({"a": torch.zeros(1)}, named, {"architecture": "torchvision resnet34"})
    assert find_source(str(plain), "resnet50", workspace) == ("resnet50", plain)
    assert find_source(str(named), "resnet50", workspace) == ("resnet34", named)


def test_a_run_is_its_model(workspace: Workspace) -> None:
    path = workspace.runs_folder / "7" / "model.safetensors"
    path.parent.mkdir(parents=True)
    save_file({"a": torch.zeros(1)}, path)
    assert find_source("run:7", "resnet50", workspace) == ("resnet50", path)


def test_missing_weights_say_how_to_get_them(workspace: Workspace) -> None:
    with pytest.raises(WeightsError, match=r"Put .* into ") as caught:
        find_source("resnet50", "resnet18", workspace)
    assert str(workspace.weights_folder) in str(caught.value)
    assert "resnet50-11ad3fa6.pth" in str(caught.value)
    assert "medapp backbones fetch resnet50" in caught.value.in_shell


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "No weights file is named"),
        ("nowhere.pth", r"nothing to start from at 'nowhere\.pth'"),
        ("run:8", "nothing to start from at 'run:8'"),
        ("x" * 5000, "nothing to start from"),
    ],
)
def test_what_is_not_there_is_said(workspace: Workspace, source: str, said: str) -> None:
    with pytest.raises(WeightsError, match=said):
        find_source(source, "resnet18", workspace)


def test_a_file_that_is_no_weights_is_said(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(b"weights")
    with pytest.raises(WeightsError, match=r"cut\.safetensors cannot be read"):
        find_source(str(path), "resnet18", workspace)
