"""Maps of an image that hardly changed."""

import numpy as np
import pytest

from medapp.explanation.trials.stability import SHIFT_PX, compare_noisy, compare_shifted

PICKS = np.zeros(2, np.intp)


def draw_pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 24, 24, 1)).astype(np.uint8)


def follow(pixels: np.ndarray, _: np.ndarray) -> np.ndarray:
    """A map that is the image itself: it moves with it."""
    return pixels[..., 0].astype(float)


def stay(pixels: np.ndarray, _: np.ndarray) -> np.ndarray:
    """A map that is the same wherever things are."""
    return np.random.default_rng(5).random(pixels.shape[:3])


def test_a_map_that_moves_with_the_image_is_stable() -> None:
    pixels = draw_pixels()
    assert SHIFT_PX == 4
    assert compare_shifted(follow, pixels, follow(pixels, PICKS), PICKS) == pytest.approx([1, 1])
    found = compare_shifted(stay, pixels, stay(pixels, PICKS), PICKS)
    assert np.abs(found).max() < 0.3


def test_weak_noise_hardly_moves_a_smooth_map() -> None:
    pixels = draw_pixels()
    found = compare_noisy(follow, pixels, follow(pixels, PICKS), PICKS, [1, 2])
    assert (found > 0.99).all()
    assert (found < 1).all()
