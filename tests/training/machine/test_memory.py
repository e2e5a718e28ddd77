"""The estimate of a run's memory beside peaks that were measured, and its limits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.models.architectures import ARCHITECTURES, Architecture
from medapp.training.machine.memory import PROCESS_BYTES, choose_parts, estimate_bytes
from medapp.training.recipe import Machine, Recipe, build_recipe
from medapp.training.strategies import STRATEGIES

RESNET18, RESNET50, VGG16 = (ARCHITECTURES[n] for n in ("resnet18", "resnet50", "vgg16_bn"))
ONE = Machine()


def build(**settings: object) -> Recipe:
    return build_recipe({"data": "any", **settings})


@pytest.mark.parametrize(
    ("network", "strategy", "image_size", "batch", "precision", "peak_mib"),
    [  # peaks of workers on Linux, torch 2.15
        (RESNET18, "fine-tune", 128, 32, "bfloat16", 1245),
        (RESNET18, "fine-tune", 224, 16, "float32", 1616),
        (RESNET18, "last-stage", 128, 64, "bfloat16", 1204),
        (RESNET18, "linear-probe", 224, 32, "bfloat16", 1357),
        (RESNET50, "fine-tune", 128, 32, "bfloat16", 1766),
        (RESNET50, "last-stage", 224, 32, "bfloat16", 1535),
        (VGG16, "fine-tune", 128, 16, "bfloat16", 5299),
    ],
)
def test_estimates_lie_near_measured_peaks(
    network: Architecture,
    strategy: str,
    image_size: int,
    batch: int,
    precision: str,
    peak_mib: float,
) -> None:
    recipe = build(strategy=strategy, image_size=image_size, batch_size=batch)
    assert estimate_bytes(recipe, ONE, network, precision) / 2**20 == pytest.approx(
        peak_mib, rel=1 / 5
    )


def test_a_large_batch_is_computed_in_as_many_parts_as_fit() -> None:
    recipe = build(image_size=512, batch_size=256)
    whole = estimate_bytes(recipe, ONE, RESNET50, "float32")
    assert choose_parts(recipe, ONE, RESNET50, "float32", whole) == 1
    assert choose_parts(recipe, ONE, RESNET50, "float32", whole - 1) == 2
    few = 6 * 2**30
    parts = choose_parts(recipe, ONE, RESNET50, "float32", few)
    assert (
        estimate_bytes(recipe, ONE, RESNET50, "float32", parts)
        <= few
        < estimate_bytes(recipe, ONE, RESNET50, "float32", parts // 2)
    )


@given(st.integers(0, 2**40))
def test_parts_are_never_more_than_images(available: int) -> None:
    recipe = build(image_size=224, batch_size=48)
    assert 1 <= choose_parts(recipe, ONE, RESNET50, "bfloat16", available) <= 64
    assert estimate_bytes(recipe, ONE, RESNET50, "bfloat16", 64) > PROCESS_BYTES


def test_processes_share_a_batch() -> None:
    recipe = build(image_size=224, batch_size=64)
    two = estimate_bytes(recipe, Machine(devices=2), RESNET50, "float32")
    assert two == estimate_bytes(recipe, ONE, RESNET50, "float32", parts=2)
    parts = choose_parts(recipe, Machine(devices=2), RESNET50, "float32", two)
    assert parts == 1


@pytest.mark.parametrize(("strategy", "learning"), [("last-stage", 0.65), ("fine-tune", 1.0)])
def test_each_weight_that_learns_takes_five_more_floats(
    strategy: str, learning: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its gradient, two moments, the best epoch's weight, and a copy on the way to the disk."""
    recipe = build(strategy=strategy, image_size=32, batch_size=8)
    whole = estimate_bytes(recipe, ONE, RESNET50, "float32")
    row = STRATEGIES[strategy]
    monkeypatch.setitem(STRATEGIES, strategy, replace(row, weights_share=0.0))
    without = estimate_bytes(recipe, ONE, RESNET50, "float32")
    assert whole - without == pytest.approx(20 * learning * RESNET50.parameters, abs=1)


def test_an_average_takes_two_more_floats_a_weight() -> None:
    plain = build(strategy="fine-tune", image_size=32, batch_size=8)
    averaged = build(strategy="fine-tune", image_size=32, batch_size=8, averaging=0.99)
    more = estimate_bytes(averaged, ONE, RESNET50, "float32") - estimate_bytes(
        plain, ONE, RESNET50, "float32"
    )
    assert more == pytest.approx(8 * RESNET50.parameters, abs=1)
