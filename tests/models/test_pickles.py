"""Networks that were saved whole, and tables beside other programs' objects: read, nothing run."""

import argparse
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES
from medapp.models.reading import UNREAD, read_weights
from medapp.models.weights import build_network
from medapp.store.workspace import Workspace


class Theirs(nn.Module):
    """A network of a class that MedApp does not know, which notes when one is filled."""

    built: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.body = ARCHITECTURES["resnet18"].build()

    def __setstate__(self, state: dict[str, object]) -> None:
        self.built.append("filled")
        super().__setstate__(state)


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_whole_network_gives_its_tensors_and_its_class_is_not_built(
    workspace: Workspace, tmp_path: Path, is_zip: bool
) -> None:
    torch.manual_seed(0)
    model, path = Theirs(), tmp_path / "whole.pt"
    torch.save({"epoch": 3, "model": model}, path, _use_new_zipfile_serialization=is_zip)
    Theirs.built.clear()
    tensors, facts = read_weights(path)
    assert not Theirs.built
    assert "Theirs" in facts[UNREAD]
    expected = model.state_dict()
    assert list(tensors) == list(expected)
    assert all(torch.equal(tensors[name], expected[name]) for name in expected)
    network = build_network(str(path), "auto", ("a", "b"), 0, workspace)
    assert network.architecture == "resnet18"
    assert network.loaded is not None
    assert "were not built: no code was run" in network.loaded.describe()


def test_settings_beside_the_tensors_do_not_matter(tmp_path: Path) -> None:
    table = {"conv1.weight": torch.ones(2)}
    settings = argparse.Namespace(lr=0.1, folder=Path("/data"))
    path = tmp_path / "w.pth"
    torch.save({"state_dict": table, "args": settings, "best": np.float64(0.5)}, path)
    tensors, _ = read_weights(path)
    assert list(tensors) == ["conv1.weight"]


def test_tables_behind_names_of_their_own_keep_these_names(tmp_path: Path) -> None:
    one, other = {"w": torch.ones(1)}, {"w": torch.zeros(1)}
    torch.save({"teacher": one, "student": {"model": other}, "epoch": 1}, tmp_path / "w.pth")
    tensors, _ = read_weights(tmp_path / "w.pth")
    assert {name: float(t) for name, t in tensors.items()} == {"teacher.w": 1.0, "student.w": 0.0}


class Calling:
    """Unpickling this calls a function of Python's library, as harmless as one can be."""

    def __init__(self, function: object, *values: object) -> None:
        self.call = (function, values)

    def __reduce__(self) -> tuple[object, ...]:
        return self.call


@pytest.mark.parametrize(
    "value",
    [Calling(eval, "1"), Calling(getattr, "a", "upper"), Calling(pickle.loads, b"N.")],
    ids=["eval", "getattr", "loads"],
)
def test_functions_of_python_are_refused_beside_tensors_too(tmp_path: Path, value: object) -> None:
    torch.save({"state_dict": {"w": torch.ones(1)}, "extra": value}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="refused"):
        read_weights(tmp_path / "w.pth")


@pytest.mark.parametrize(
    "code",
    [
        b"r" + (2**28).to_bytes(4, "little") + b".",  # a place in the memo
        b"\x96" + (2**31).to_bytes(8, "little") + b".",  # a bytearray
    ],
    ids=["memo", "bytearray"],
)
def test_a_damaged_number_takes_no_gigabytes(tmp_path: Path, code: bytes) -> None:
    torch.save({"w": argparse.Namespace()}, tmp_path / "sound.pth")
    path = tmp_path / "w.pth"
    with zipfile.ZipFile(tmp_path / "sound.pth") as sound, zipfile.ZipFile(path, "w") as damaged:
        for name in sound.namelist():
            is_pickle = name.endswith("data.pkl")
            known = b"\x80\x02cargparse\nNamespace\n"
            damaged.writestr(name, known + code if is_pickle else sound.read(name))
    tracemalloc.start()
    try:
        with pytest.raises(WeightsError):
            read_weights(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1e8
