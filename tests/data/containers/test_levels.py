"""One rule of black and white for all images of a container."""

import numpy as np
import pytest

from medapp.data.containers.levels import Levels, find_levels
from medapp.imaging.image import decode_image


def find(*images: np.ndarray) -> Levels:
    return find_levels(images, np.result_type(*(image.dtype for image in images)), len(images))


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ([np.array([[3, 7]], np.uint8)], (0, 255, 8)),
        ([np.array([[0, 1]], np.uint8)], (0, 1, 8)),
        ([np.array([[True, False]])], (0, 1, 8)),
        ([np.array([[0.0, 200.0]])], (0, 255, 8)),
        ([np.array([[0.25, 0.5]], np.float32)], (0, 1, 16)),
        ([np.array([[-0.5, 1.0]])], (-1, 1, 16)),
        ([np.array([[0, 3000]], np.uint16), np.array([[0, 10]], np.uint16)], (0, 4095, 12)),
        ([np.array([[0, 70]], np.int64), np.array([[0, 65535]], np.int64)], (0, 65535, 16)),
        ([np.array([[-1000.0, 1000.0]])], (-990.0, 990.0, 16)),
        ([np.array([[np.nan, 0.5]])], (0, 1, 16)),
        ([np.full((2, 2), np.nan)], (0, 1, 8)),
    ],
)
def test_black_and_white(images: list[np.ndarray], expected: tuple[float, float, int]) -> None:
    levels = find(*images)
    assert (levels.low, levels.high, levels.bits) == pytest.approx(expected)


def test_a_dark_image_stays_dark_beside_a_bright_one() -> None:
    dark, bright = np.full((4, 4), 0.1), np.full((4, 4), 0.9)
    dark[0, 0] = bright[0, 0] = 0.2
    levels = find(dark, bright)
    pixels, facts = decode_image(levels.draw(dark), ".png")
    assert pixels[1, 1] == round(0.1 * 65535)
    assert decode_image(levels.draw(bright), ".png")[0][1, 1] == round(0.9 * 65535)
    assert facts.mode == "16-bit grey"


def test_no_number_is_black_and_infinity_white() -> None:
    levels = Levels(-10, 10, 16)
    pixels, _ = decode_image(levels.draw(np.array([[np.nan, np.inf, -np.inf, 0]])), ".png")
    assert pixels.tolist() == [[0, 65535, 0, 32768]]


def test_colours_of_sixteen_bits_keep_them() -> None:
    values = np.random.default_rng(1).integers(0, 65536, (4, 5, 3)).astype(np.uint16)
    values[0, 0] = 65535
    np.testing.assert_array_equal(decode_image(find(values).draw(values), ".png")[0], values)
