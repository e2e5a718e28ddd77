from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
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


def test_a_file_that_says_nothing_is_of_the_architecture_that_it_fits(
    workspace: Workspace, tmp_path: Path
) -> None:
    tensors = ARCHITECTURES["resnet34"].build().state_dict()
    safe, pickled = tmp_path / "w.safetensors", tmp_path / "w.pth"
    save_file(tensors, safe)
    torch.save({"state_dict": {f"module.{n}": t for n, t in tensors.items()}}, pickled)
    assert find_source(str(safe), "auto", workspace) == ("resnet34", safe)
    assert find_source(str(pickled), "auto", workspace) == ("resnet34", pickled)
    # A file that is exchanged is looked at anew.
    save_file(ARCHITECTURES["resnet18"].build().state_dict(), safe)
    assert find_source(str(safe), "auto", workspace) == ("resnet18", safe)
    assert find_source("none", "auto", workspace) == ("resnet18", None)


def test_a_file_that_fits_nothing_is_refused_with_what_is_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    save_file({"blocks.0.attn.qkv.weight": torch.zeros(3, 3)}, tmp_path / "vit.safetensors")
    with pytest.raises(WeightsError, match=r"vit\.safetensors is of no architecture") as caught:
        find_source(str(tmp_path / "vit.safetensors"), "auto", workspace)
    assert "densenet121" in str(caught.value)
    assert "Nearest" not in str(caught.value)
    # Only its first layer is another: that of networks for very small images.
    tensors = ARCHITECTURES["resnet18"].build().state_dict()
    small = tmp_path / "small.safetensors"
    save_file({**tensors, "conv1.weight": torch.zeros(64, 3, 3, 3)}, small)
    with pytest.raises(WeightsError) as caught:
        find_source(str(small), "auto", workspace)
    said = "Nearest is resnet18, but conv1.weight must be (64, 3, 7, 7), not (64, 3, 3, 3)"
    assert said in str(caught.value)


def test_a_run_that_was_deleted_is_said_to_be(workspace: Workspace) -> None:
    with pytest.raises(WeightsError, match="was deleted or has no model yet"):
        find_source("run:8", "auto", workspace)
