"""A line of text in a corner is found; markers of a letter, noise and anatomy are none."""

import numpy as np
import pytest
from conftest import draw_picture
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from medapp.imaging.corner_text import find_corner_text


def write(
    image: NDArray[np.uint8], text: str, place: tuple[int, int], ink: int = 255
) -> Image.Image:
    picture = Image.fromarray(image)
    ImageDraw.Draw(picture).text(place, text, fill=ink, font=ImageFont.load_default(14))
    return picture


def draw_organ() -> NDArray[np.uint8]:
    """A bright disc on a dark ground, with noise."""
    y, x = np.mgrid[-1:1:320j, -1:1:320j]
    disc = 12 + 190 / (1 + np.exp(20 * (np.hypot(x, y) - 0.7)))
    noise = np.random.default_rng(0).normal(0, 4, disc.shape)
    return np.clip(disc + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("place", [(6, 6), (180, 6), (6, 298), (180, 298)])
def test_a_name_in_any_corner_is_found(place: tuple[int, int]) -> None:
    picture = write(draw_organ(), "DOE JANE 1957", place)
    assert find_corner_text(np.asarray(picture))
    colour = np.asarray(picture.convert("RGB")).copy()
    assert find_corner_text(colour)
    assert find_corner_text(colour[..., 0].astype(np.uint16) * 200)


def test_dark_text_on_a_bright_ground_is_found() -> None:
    assert find_corner_text(np.asarray(write(255 - draw_organ(), "DOE JANE 1957", (6, 6), 0)))


def test_a_marker_of_a_letter_is_no_text() -> None:
    for marker in ("L", "R", "AP"):
        assert not find_corner_text(np.asarray(write(draw_organ(), marker, (10, 10))))


@pytest.mark.parametrize("seed", range(20))
def test_pictures_and_noise_are_no_text(seed: int) -> None:
    random = np.random.default_rng(seed)
    assert not find_corner_text(draw_picture(seed))
    assert not find_corner_text(random.integers(0, 256, (200, 200)).astype(np.uint8))


def test_plain_and_tiny_images_are_no_text() -> None:
    assert not find_corner_text(np.full((64, 64), 7, np.uint8))
    assert not find_corner_text(np.array([[0, 255], [255, 0]], np.uint8))
    assert not find_corner_text(np.array([[3]], np.uint8))
