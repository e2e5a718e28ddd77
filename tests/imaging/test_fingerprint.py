"""A fingerprint stays with the picture, and differs between pictures."""

import io

import numpy as np
import pytest
import scipy.fft
from conftest import draw_picture
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from medapp.imaging.fingerprint import NEAR_BITS, compute_fingerprint


def count_bits(one: NDArray[np.generic], other: NDArray[np.generic]) -> int:
    """Bits in which the fingerprints of two images differ."""
    first, second = (int(compute_fingerprint(image), 16) for image in (one, other))
    return (first ^ second).bit_count()


def test_the_bits_are_signs_of_the_cosine_transform() -> None:
    image = draw_picture(0, 48, 80)
    signs = scipy.fft.dctn(image.astype(float), type=2)[:16, :16] > 0
    signs[0, 0] = False
    expected = np.packbits(signs, axis=1).tobytes().hex()
    assert compute_fingerprint(image) == expected
    assert len(expected) == 64


@given(st.integers(0, 10_000), st.integers(30, 95))
def test_a_jpeg_is_a_near_copy(seed: int, quality: int) -> None:
    image = draw_picture(seed)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    assert count_bits(image, np.asarray(Image.open(file))) <= NEAR_BITS


@pytest.mark.parametrize("size", [(40, 50), (80, 100), (640, 800), (224, 224)])
def test_another_size_is_a_near_copy(size: tuple[int, int]) -> None:
    image = draw_picture(1)
    resized = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
    assert count_bits(image, np.asarray(resized)) <= NEAR_BITS


def test_sixteen_bits_and_colour_are_the_same_picture() -> None:
    image = draw_picture(2)
    assert count_bits(image, image.astype(np.uint16) * 257) == 0
    assert count_bits(image, np.stack([image] * 3, axis=2)) <= 1


@given(st.integers(0, 10_000), st.integers(10_001, 20_000))
def test_two_pictures_are_no_copies(one: int, other: int) -> None:
    assert count_bits(draw_picture(one), draw_picture(other)) > 4 * NEAR_BITS


@pytest.mark.parametrize("size", [(70, 1300), (1100, 1024), (2600, 80)])
def test_rows_and_columns_of_a_large_image_are_left_out(size: tuple[int, int]) -> None:
    small = draw_picture(3, 300, 300)
    large = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC))
    assert count_bits(small, large) <= NEAR_BITS // 2


@pytest.mark.parametrize("image", [np.zeros((9, 9)), np.full((64, 64), 7.0), np.eye(1)])
def test_a_plain_image_has_none(image: NDArray[np.float64]) -> None:
    assert compute_fingerprint(image.astype(np.uint8)) == ""
    stripes = np.tile(np.uint8([0, 200]).repeat(8), (32, 1))
    assert compute_fingerprint(stripes) == ""
