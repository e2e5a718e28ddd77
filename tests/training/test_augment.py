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


def test_a_shift_moves_an_image_by_up_to_its_share_of_the_side_both_ways() -> None:
    size, share, n = 40, 0.1, 400
    images = torch.zeros(n, 1, size, size)
    images[:, :, size // 2, size // 2] = 1
    moved = augment(images, Augmentation(shift=share), torch.arange(n))
    pixels = torch.arange(float(size))
    centres = torch.stack(
        [(moved.sum((1, dim)) * pixels).sum(1) / moved.sum((1, 2, 3)) for dim in (2, 3)]
    )
    across, down = (centres - size // 2) / size
    for way in (across, down):
        assert -share - 1e-4 <= way.min() < -0.95 * share
        assert 0.95 * share < way.max() <= share + 1e-4
    assert abs(correlate(across, down)) < 0.15


def test_a_moved_image_keeps_its_fine_detail() -> None:
    # Linear interpolation between two pixels leaves 2/3 of white noise's variance, on average over
    # all places between them: (2/3)² = 0.44 in two directions.
    images = 0.5 + 0.1 * torch.randn(200, 1, 32, 32, generator=generator())
    moved = augment(images, Augmentation(shift=0.05), torch.arange(200))
    kept = moved[:, :, 4:-4, 4:-4].var() / images.var()
    assert 0.7 < kept < 1.1


def test_brightness_adds_and_contrast_spreads_each_by_up_to_its_share_both_ways() -> None:
    n = 400
    images = torch.full((n, 1, 4, 4), 0.5)
    images[:, :, :, ::2] = 0.4
    images[:, :, :, 1::2] = 0.6
    changed = augment(images, Augmentation(brightness=0.1, contrast=0.3), torch.arange(n))
    brightness = changed.mean((1, 2, 3)) - 0.5
    contrast = changed.std((1, 2, 3)) / images.std((1, 2, 3)) - 1
    for change, most in ((brightness, 0.1), (contrast, 0.3)):
        assert -most - 1e-4 <= change.min() < -0.95 * most
        assert 0.95 * most < change.max() <= most + 1e-4
    assert abs(correlate(brightness, contrast)) < 0.15


def test_noise_has_the_spread_it_was_given() -> None:
    images = torch.full((8, 1, 64, 64), 0.5)
    noise = augment(images, Augmentation(noise=0.03), SEEDS) - images
    assert noise.std().item() == pytest.approx(0.03, rel=0.05)
    assert noise.mean().item() == pytest.approx(0, abs=0.001)


def test_zoom_changes_the_size_by_up_to_its_share_both_ways() -> None:
    n, size = 200, 64
    images = torch.zeros(n, 1, size, size)
    images[:, :, 16:48, 16:48] = 1
    areas = augment(images, Augmentation(zoom=0.2), torch.arange(n)).sum((1, 2, 3)) / 32**2
    assert areas.min().item() == pytest.approx(1 / 1.2**2, abs=0.03)
    assert areas.max().item() == pytest.approx(1 / 0.8**2, abs=0.06)


def test_rotation_turns_by_up_to_its_degrees_both_ways() -> None:
    n, size = 200, 64
    images = torch.zeros(n, 1, size, size)
    images[:, :, 30:34, 8:56] = 1  # a level bar
    moved = augment(images, Augmentation(rotate=20), torch.arange(n))[:, 0]
    pixels = torch.arange(float(size)) - (size - 1) / 2
    mass = moved.sum((1, 2))
    slant = torch.einsum("nyx,y,x->n", moved, pixels, pixels) / mass
    along = torch.einsum("nyx,x->n", moved, pixels**2) / mass
    angles = torch.rad2deg(torch.atan(slant / along))
    assert angles.min().item() == pytest.approx(-20, abs=1)
    assert angles.max().item() == pytest.approx(20, abs=1)


def test_turning_leaves_the_size_to_the_zoom() -> None:
    n, size = 40, 64
    y, x = torch.meshgrid(torch.arange(float(size)), torch.arange(float(size)), indexing="ij")
    disc = (((x - 31.5) ** 2 + (y - 31.5) ** 2) < 300).float().expand(n, 1, size, size)
    areas = [
        augment(disc, Augmentation(rotate=rotate, zoom=0.3), torch.arange(n)).sum((1, 2, 3))
        for rotate in (0, 90)
    ]
    torch.testing.assert_close(areas[0], areas[1], rtol=0.02, atol=0)


def test_half_of_the_images_are_mirrored_whatever_else_is_drawn() -> None:
    n = 400
    images = torch.zeros(n, 1, 8, 8)
    images[:, :, :, :4] = 0.6
    changed = augment(images, Augmentation(flip=0.5, contrast=0.3, brightness=0.1), torch.arange(n))
    left, right = changed[..., :4].mean((1, 2, 3)), changed[..., 4:].mean((1, 2, 3))
    is_mirrored = (right > left).float()
    assert is_mirrored.mean().item() == pytest.approx(0.5, abs=0.08)
    for drawn in ((left - right).abs(), left + right):  # contrast, brightness
        assert abs(correlate(is_mirrored, drawn)) < 0.15


def correlate(one: torch.Tensor, other: torch.Tensor) -> float:
    return torch.corrcoef(torch.stack([one, other]))[0, 1].item()
