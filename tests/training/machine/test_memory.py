"""The estimate of a run's memory beside peaks that were measured, and its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.training.machine.memory import PROCESS_BYTES, choose_parts, estimate_bytes
from medapp.training.recipe.recipe import Recipe

RESNET18, RESNET50, VGG16 = (11_690_000, 21.2), (25_560_000, 82.0), (138_360_000, 122.5)


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
    network: tuple[int, float],
    strategy: str,
    image_size: int,
    batch: int,
    precision: str,
    peak_mib: float,
) -> None:
    recipe = Recipe("any", strategy=strategy, image_size=image_size, batch_size=batch)
    assert estimate_bytes(recipe, *network, precision) / 2**20 == pytest.approx(peak_mib, rel=1 / 5)


def test_a_large_batch_is_computed_in_as_many_parts_as_fit() -> None:
    recipe = Recipe("any", image_size=512, batch_size=256)
    whole = estimate_bytes(recipe, *RESNET50, "float32")
    assert choose_parts(recipe, *RESNET50, "float32", whole) == 1
    assert choose_parts(recipe, *RESNET50, "float32", whole - 1) == 2
    few = 6 * 2**30
    parts = choose_parts(recipe, *RESNET50, "float32", few)
    assert (
        estimate_bytes(recipe, *RESNET50, "float32", parts)
        <= few
        < estimate_bytes(recipe, *RESNET50, "float32", parts // 2)
    )


@given(st.integers(0, 2**40))
def test_parts_are_never_more_than_images(available: int) -> None:
    recipe = Recipe("any", image_size=224, batch_size=48)
    assert 1 <= choose_parts(recipe, *RESNET50, "bfloat16", available) <= 64
    assert estimate_bytes(recipe, *RESNET50, "bfloat16", 64) > PROCESS_BYTES
