"""Features of the frozen part: computed once an image, the same however they are asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import nn

from medapp.data.pixels import Table
from medapp.models.network import Network, to_input
from medapp.models.normalisation import IMAGENET, Normalisation
from medapp.store.cache import Cache
from medapp.training.features import (
    FrozenPart,
    fold_scale,
    hash_module,
    measure_scale,
    to_tensor,
    unfold_scale,
)
from medapp.training.learner import cut_network
from medapp.training.strategies import STRATEGIES

DARK = Normalisation((0.1, 0.1, 0.1), (0.5, 0.5, 0.5))


def build_prefix(seed: int = 0, strategy: str = "linear-probe") -> nn.Module:
    torch.manual_seed(seed)
    found, _ = cut_network(Network("resnet18", ("a", "b")), STRATEGIES[strategy])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def prefix() -> nn.Module:
    return build_prefix()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def build_pixels(n: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (n, 32, 32, 1), dtype=np.uint8)


def name_images(n: int) -> list[str]:
    return [f"{i:064x}" for i in range(n)]


def build_table(cache: Cache, pixels: NDArray[np.uint8], numbers: list[int] | None = None) -> Table:
    """The pixels as kept rows, named by their numbers; those asked for are some of them."""
    rows = cache.open_rows("pixels", "ab", pixels.shape[1:], np.uint8)
    rows.fill(name_images(len(pixels)), lambda missing: iter(pixels[missing]))
    chosen = list(range(len(pixels))) if numbers is None else numbers
    return Table("pixels key", rows.open_array(), np.array(chosen, np.int64), 0, rows)


def load(
    cache: Cache,
    prefix: nn.Module,
    table: Table,
    fabric: Fabric | None = None,
    normalisation: Normalisation = IMAGENET,
) -> Table:
    keys = [f"{number:064x}" for number in table.numbers]
    fabric = fabric or Fabric(accelerator="cpu")
    return FrozenPart(prefix, normalisation, 32, fabric).load(table, keys, cache)


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_kept_features_are_the_computed_ones(
    cache: Cache, prefix: nn.Module, precision: str
) -> None:
    fabric = Fabric(accelerator="cpu", precision=precision)
    pixels = build_pixels(70)
    table = build_table(cache, pixels)
    first = load(cache, prefix, table, fabric)
    kept = load(cache, prefix, table, fabric)
    assert (first.computed, kept.computed) == (70, 0)
    assert torch.equal(to_tensor(first.take()), to_tensor(kept.take()))
    batches = iter([pixels[:64], pixels[64:]])
    computed = np.concatenate(list(FrozenPart(prefix, IMAGENET, 32, fabric).compute(batches)))
    assert torch.equal(to_tensor(first.take()), to_tensor(computed))
    assert to_tensor(first.take()).shape == (70, 512)
    assert to_tensor(first.take()).dtype is (
        torch.bfloat16 if precision == "bf16-mixed" else torch.float32
    )


def test_features_are_what_the_prefix_gives_in_one_piece(cache: Cache, prefix: nn.Module) -> None:
    pixels = build_pixels(5)
    with torch.no_grad():
        wanted = prefix(to_input(torch.from_numpy(pixels), IMAGENET)).numpy()
    found = load(cache, prefix, build_table(cache, pixels)).take()
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_only_what_is_not_kept_is_computed(cache: Cache, prefix: nn.Module) -> None:
    pixels = build_pixels(9)
    assert load(cache, prefix, build_table(cache, pixels, [0, 1, 2, 3])).computed == 4
    mixed = load(cache, prefix, build_table(cache, pixels, [8, 3, 0]))
    assert mixed.computed == 1
    assert len(mixed.rows) == 5
    whole = load(cache, prefix, build_table(cache, pixels)).take()
    np.testing.assert_allclose(mixed.take(), whole[[8, 3, 0]], atol=1e-5)


def test_progress_is_told_of_what_is_computed(cache: Cache, prefix: nn.Module) -> None:
    seen: list[tuple[int, int]] = []
    table = build_table(cache, build_pixels(70))
    fabric = Fabric(accelerator="cpu")
    for _ in range(2):
        frozen = FrozenPart(prefix, IMAGENET, 32, fabric)
        frozen.load(table, name_images(70), cache, lambda *done: seen.append(done))
    assert seen == [(64, 70), (70, 70)]


def test_what_decides_a_bit_of_features_has_rows_of_its_own(
    cache: Cache, prefix: nn.Module
) -> None:
    table = build_table(cache, build_pixels(3))
    other = build_prefix(seed=1)
    assert hash_module(other) != hash_module(prefix)
    half = Fabric(accelerator="cpu", precision="bf16-mixed")
    loaded = [
        load(cache, prefix, table),
        load(cache, other, table),
        load(cache, prefix, table, half),
        load(cache, prefix, table, normalisation=DARK),
    ]
    assert len({each.key for each in loaded}) == 4
    assert [each.computed for each in loaded] == [3] * 4
    for each in loaded[1:]:
        assert not np.array_equal(each.take(), loaded[0].take())


class Card:
    """A fabric that says it computes on a graphics card."""

    def __init__(self) -> None:
        fabric = Fabric(accelerator="cpu")
        self.strategy = fabric.strategy
        self.autocast = fabric.autocast
        self.device = torch.device("cuda")


def test_another_device_torch_or_setting_of_pixels_has_another_key(
    prefix: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them may round otherwise."""

    def find_key(fabric: Any, pixels_key: str = "pixels key") -> str:
        return FrozenPart(prefix, IMAGENET, 32, fabric).hash_setting(pixels_key)

    here = Fabric(accelerator="cpu")
    assert find_key(here) == find_key(Fabric(accelerator="cpu"))
    keys = {find_key(here), find_key(Card()), find_key(here, "other pixels")}
    monkeypatch.setattr(torch, "__version__", "99.0")
    keys.add(find_key(here))
    assert len(keys) == 4


def test_no_images_no_features(cache: Cache, prefix: nn.Module) -> None:
    found = load(cache, prefix, build_table(cache, build_pixels(0)))
    assert found.take().shape == (0, 512)


@pytest.mark.parametrize(
    ("strategy", "shape"), [("linear-probe", (512,)), ("last-stage", (256, 4, 4))]
)
def test_size_of_kept_features_is_known_before(strategy: str, shape: tuple[int, ...]) -> None:
    prefix = build_prefix(strategy=strategy)
    whole = FrozenPart(prefix, IMAGENET, 64, Fabric(accelerator="cpu"))
    assert (whole.shape, whole.dtype) == (shape, np.float32)
    half = Fabric(accelerator="cpu", precision="bf16-mixed")
    small = FrozenPart(prefix, IMAGENET, 64, half)
    assert (small.shape, small.dtype) == (shape, np.uint16)
    assert small.image_bytes == whole.image_bytes / 2


def test_half_features_keep_their_bits() -> None:
    values = torch.randn(4, 3).bfloat16()
    assert torch.equal(to_tensor(values.view(torch.uint16).numpy()), values)
    assert to_tensor(values) is values


def test_folded_head_gives_the_same_logits() -> None:
    torch.manual_seed(0)
    features, head = torch.rand(50, 16) * 7 + 3, nn.Linear(16, 3)
    mean, std = measure_scale(features.numpy())
    with torch.no_grad():
        wanted = head((features - mean) / std)
        fold_scale(head, mean, std)
        assert torch.allclose(head(features), wanted, atol=1e-4)


def test_unfolding_is_the_inverse_of_folding() -> None:
    torch.manual_seed(0)
    features, head = torch.rand(50, 16) * 7 + 3, nn.Linear(16, 3)
    mean, std = measure_scale(features.numpy())
    with torch.no_grad():
        wanted = head(features)
        unfold_scale(head, mean, std)
        assert torch.allclose(head((features - mean) / std), wanted, atol=1e-4)
        fold_scale(head, mean, std)
        assert torch.allclose(head(features), wanted, atol=1e-4)


def test_scale_of_ordinary_features_is_mean_and_spread() -> None:
    """By hand: 1 and 3 have the mean 2 and the spread 1; 10 and 16 have 13 and 3."""
    mean, std = measure_scale(np.array([[1, 10], [3, 16]], np.float32))
    assert mean.tolist() == [2, 13]
    assert std.tolist() == [1, 3]


def test_a_nearly_constant_feature_is_not_blown_up() -> None:
    """Of 100 features, 99 have the spread 1: the last one is taken as if it had 0.05 of that."""
    features = np.tile([[-1.0], [1.0]], (1, 100)).astype(np.float32)
    features[:, 7] = [4.0, 4.0 + 2e-6]
    mean, std = measure_scale(features)
    assert std[7].item() == pytest.approx(0.05 * 0.99**0.5)
    # A new image that shows one spread of the others more of it is far, not a million spreads off.
    assert (5.0 - mean[7].item()) / std[7].item() < 21


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_constant_features_are_not_divided_by_zero(value: float) -> None:
    mean, std = measure_scale(np.full((4, 2), value, np.float32))
    assert mean.tolist() == [value, value]
    assert std.tolist() == [1, 1]
