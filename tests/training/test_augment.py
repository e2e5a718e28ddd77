"""Random changes to images: by seeds alone, within range, and what they say they are."""

import pytest
import torch

from medapp.training.augment import augment
from medapp.training.augmentation import AUGMENTATIONS, Augmentation

SEEDS = torch.arange(100, 108)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_shape_and_range_stay(name: str) -> None:
    images = torch.rand(5, 1, 32, 32, generator=generator())
    changed = augment(images, AUGMENTATIONS[name], SEEDS[: len(images)])
    assert changed.shape == images.shape
    assert 0 <= changed.min() <= changed.max() <= 1


def test_none_changes_nothing() -> None:
    images = torch.rand(2, 3, 16, 16)
    assert augment(images, AUGMENTATIONS["none"], SEEDS[: len(images)]) is images


def test_same_seed_draws_the_same_changes() -> None:
    images = torch.rand(4, 1, 16, 16, generator=generator())
    one, same, other = (
        augment(images, AUGMENTATIONS["strong"], SEEDS[seed : seed + 4]) for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_batch_may_be_divided(name: str) -> None:
    images = torch.rand(5, 3, 24, 24, generator=generator())
    whole = augment(images, AUGMENTATIONS[name], SEEDS[:5])
    parts = [
        augment(images[part], AUGMENTATIONS[name], SEEDS[:5][part])
        for part in (slice(0, 2), slice(2, 5))
    ]
    assert torch.allclose(whole, torch.cat(parts), atol=1e-6)


def test_certain_flip_is_a_mirror() -> None:
    images = torch.rand(3, 1, 17, 17, generator=generator())
    assert torch.allclose(
        augment(images, Augmentation(flip=1.0), SEEDS[: len(images)]), images.flip(3), atol=1e-5
    )


def test_rotation_keeps_the_centre_and_the_size_of_a_disc() -> None:
    y, x = torch.meshgrid(torch.arange(65.0), torch.arange(65.0), indexing="ij")
    disc = (((x - 32) ** 2 + (y - 32) ** 2) < 400).float()[None, None]
    turned = augment(disc, Augmentation(rotate=45), SEEDS[: len(disc)])
    assert turned.sum().item() == pytest.approx(disc.sum().item(), rel=0.02)
    assert (turned - disc).abs().mean() < 0.02


def test_images_of_a_batch_change_on_their_own() -> None:
    images = torch.rand(1, 1, 16, 16, generator=generator()).repeat(6, 1, 1, 1)
    changed = augment(images, AUGMENTATIONS["standard"], SEEDS[: len(images)])
    assert len({tuple(image.flatten().tolist()) for image in changed}) == 6
