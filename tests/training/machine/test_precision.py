"""What this machine can do: asked for and not there is said; measured once, kept."""

import json
import os

import pytest
import torch

from medapp.errors import RecipeError
from medapp.store.workspace import Workspace
from medapp.training.machine.precision import (
    choose_device,
    choose_precision,
    measure_room,
    measure_speed,
)


def test_a_cpu_is_always_there() -> None:
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto") in ("cpu", "cuda", "mps")


def test_more_devices_than_there_are_are_refused() -> None:
    cores = os.cpu_count() or 1
    assert choose_device("cpu", cores) == "cpu"
    with pytest.raises(RecipeError, match=f"Set devices to {cores} or less"):
        choose_device("cpu", cores + 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a graphics card")
def test_a_card_that_is_not_there_is_refused() -> None:
    with pytest.raises(RecipeError, match="no usable cuda device"):
        choose_device("cuda")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_precision_that_was_asked_for_needs_no_probe(
    workspace: Workspace, precision: str
) -> None:
    assert choose_precision(precision, "cpu", workspace) == precision
    assert not (workspace.root / "machine.json").exists()


def test_the_probe_is_made_once_and_a_damaged_one_again(workspace: Workspace) -> None:
    path = workspace.root / "machine.json"
    path.write_text("{")
    measured = measure_speed(workspace)
    assert measured.float32 > 0
    assert measured.bfloat16 > 0
    assert measure_speed(workspace) == measured
    (key,) = json.loads(path.read_text())
    path.write_text(json.dumps({key: {"float32": 1.0, "bfloat16": 5.0}}))
    assert choose_precision("auto", "cpu", workspace) == "bfloat16"
    path.write_text(json.dumps({key: {"float32": 1.0, "bfloat16": 1.1}}))
    assert choose_precision("auto", "cpu", workspace) == "float32"


def test_inputs_stay_in_the_memory_of_a_cpu() -> None:
    assert measure_room(torch.device("cpu")) == 0
