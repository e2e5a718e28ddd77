from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from medapp.models.network import Network
from medapp.store.cache import Cache
from medapp.training.features import (
    compute_features,
    fold_scale,
    hash_module,
    load_features,
    measure_features,
    measure_room,
    measure_scale,
    place,
    to_tensor,
)
from medapp.training.recipe.recipe import STRATEGIES
from medapp.training.strategies import cut_network


@pytest.fixture(scope="module")
def prefix() -> nn.Module:
    torch.manual_seed(0)
    found, _ = cut_network(Network("resnet18", ("a", "b")), STRATEGIES["linear-probe"])
    assert found is not None
    return found


def build_pixels(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 32, 32, 1), dtype=np.uint8)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_kept_features_are_the_computed_ones(
    tmp_path: Path, prefix: nn.Module, precision: str
) -> None:
    fabric, cache, pixels = (
        Fabric(accelerator="cpu", precision=precision),
        Cache(tmp_path, 10**9),
        build_pixels(70),
    )
    first = to_tensor(load_features(prefix, pixels, "key", fabric, cache))
    kept = to_tensor(
        load_features(prefix, np.zeros_like(pixels), "key", fabric, cache)
    )  # the key decides, so these pixels are not read
    assert torch.equal(first, kept)
    assert torch.equal(
        first, to_tensor(np.concatenate(list(compute_features(prefix, pixels, fabric))))
    )
    assert first.shape == (70, 512)


def test_other_weights_other_features(tmp_path: Path, prefix: nn.Module) -> None:
    fabric, cache, pixels = Fabric(accelerator="cpu"), Cache(tmp_path, 10**9), build_pixels(3)
    first = to_tensor(load_features(prefix, pixels, "key", fabric, cache)).clone()
    torch.manual_seed(1)
    other, _ = cut_network(Network("resnet18", ("a", "b")), STRATEGIES["linear-probe"])
    assert other is not None
    assert hash_module(other) != hash_module(prefix)
    assert not torch.equal(first, to_tensor(load_features(other, pixels, "key", fabric, cache)))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.uint16])
def test_inputs_stay_what_they_are_wherever_they_lie(dtype: type) -> None:
    inputs = np.random.default_rng(0).integers(0, 200, (5, 4)).astype(dtype)
    device = torch.device("cpu")
    assert place(inputs, device, measure_room(device)) is inputs  # a CPU's memory holds them anyway
    there, rows = place(inputs, device, inputs.nbytes), np.array([4, 0, 2])
    assert isinstance(there, torch.Tensor)
    assert to_tensor(there) is there
    assert (
        there[rows].view(torch.uint8).tolist() == to_tensor(inputs[rows]).view(torch.uint8).tolist()
    )


def test_no_images_no_features(tmp_path: Path, prefix: nn.Module) -> None:
    assert (
        len(
            load_features(
                prefix, build_pixels(0), "key", Fabric(accelerator="cpu"), Cache(tmp_path, 10**9)
            )
        )
        == 0
    )


@pytest.mark.parametrize(
    ("strategy", "numbers"), [("linear-probe", 512), ("last-stage", 256 * 4 * 4)]
)
def test_size_of_kept_features_is_known_before(strategy: str, numbers: int) -> None:
    prefix, _ = cut_network(Network("resnet18", ("a", "b")), STRATEGIES[strategy])
    assert prefix is not None
    assert measure_features(prefix, 64, is_bfloat16=False) == 4 * numbers
    assert measure_features(prefix, 64, is_bfloat16=True) == 2 * numbers


def test_folded_head_gives_the_same_logits() -> None:
    torch.manual_seed(0)
    features, head = torch.rand(50, 16) * 7 + 3, nn.Linear(16, 3)
    mean, std = measure_scale(features.numpy())
    with torch.no_grad():
        wanted = head((features - mean) / std)
        fold_scale(head, mean, std)
        assert torch.allclose(head(features), wanted, atol=1e-4)


def test_constant_feature_does_not_divide_by_zero() -> None:
    mean, std = measure_scale(np.full((4, 2), 3.0, np.float32))
    assert mean.tolist() == [3.0, 3.0]
    assert (std > 0).all()
