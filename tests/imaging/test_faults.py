"""Ordinary faults: each does what it says, the same each time, and leaves shape and range alone."""

import numpy as np
import pytest
from conftest import draw_picture
from numpy.typing import NDArray

from medapp.imaging.faults import FAULTS, add_noise, bend_gamma, lower_contrast, rotate

Bytes = NDArray[np.uint8]


def draw_square(channels: int = 1) -> Bytes:
    return np.repeat(draw_picture(3, 64, 64)[..., None], channels, axis=2)


def change(name: str, strength: float, pixels: Bytes, seed: int = 0) -> Bytes:
    return FAULTS[name].change(pixels, strength, np.random.default_rng(seed))


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_fault_keeps_the_form_and_changes_more_as_it_grows(name: str, channels: int) -> None:
    pixels = draw_square(channels)
    before = pixels.copy()
    far = []
    for strength in FAULTS[name].strengths:
        found = change(name, strength, pixels)
        assert (found.shape, found.dtype) == (pixels.shape, np.uint8)
        assert np.array_equal(found, change(name, strength, pixels))
        far.append(np.abs(found.astype(float) - pixels).mean())
    assert far[0] > 0
    assert far == sorted(far)
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "jpeg"])
def test_what_is_grey_stays_grey(name: str) -> None:
    found = change(name, FAULTS[name].strengths[-1], draw_square(3))
    assert np.array_equal(found[..., 0], found[..., 2])


@pytest.mark.parametrize("name", FAULTS)
def test_five_strengths_are_said_with_their_unit(name: str) -> None:
    fault = FAULTS[name]
    assert len(set(fault.strengths)) == 5
    assert fault.say(1.5).replace("1.5", "").strip()


def test_noise_has_the_deviation_that_is_asked_for() -> None:
    grey = np.full((200, 200, 1), 128, np.uint8)
    found = add_noise(grey, 10, np.random.default_rng(0))
    assert found.std() == pytest.approx(10, rel=0.03)
    assert found.mean() == pytest.approx(128, abs=0.2)


def test_gamma_and_contrast_are_those_of_the_formula() -> None:
    pixels = np.array([[[0], [64]], [[128], [255]]], np.uint8)
    random = np.random.default_rng(0)
    # 255 · (64/255)² = 16.06, 255 · (128/255)² = 64.25
    assert bend_gamma(pixels, 2, random).ravel().tolist() == [0, 16, 64, 255]
    # The mean is 111.75: 111.75 + (v - 111.75) / 2
    assert lower_contrast(pixels, 0.5, random).ravel().tolist() == [56, 88, 120, 183]


def test_an_image_is_turned_to_either_side_and_its_corners_are_black() -> None:
    bright = np.full((64, 64, 1), 200, np.uint8)
    turned = rotate(bright, 30, np.random.default_rng(0))
    assert turned[0, 0, 0] == turned[-1, -1, 0] == 0
    assert turned[32, 32, 0] == 200
    pixels = draw_square()
    ways = {change("rotation", 10, pixels, seed).tobytes() for seed in range(12)}
    assert len(ways) == 2
