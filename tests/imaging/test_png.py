"""PNGs of our own: Pillow and our reader get back what was written."""

import io

import numpy as np
import pytest
from PIL import Image

from medapp.imaging.image import decode_image
from medapp.imaging.png import encode_png, fills_its_range


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (5, 7, 3), (1, 9, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_written_is_read(shape: tuple[int, ...], dtype: type) -> None:
    values = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    content = encode_png(values, 16 if dtype is np.uint16 else 0)
    pixels, _ = decode_image(content, ".png")
    np.testing.assert_array_equal(pixels, values)
    assert pixels.dtype == dtype
    if dtype is np.uint8:
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), values)


def test_a_dark_image_that_says_its_range_is_not_made_bright() -> None:
    """Without the chunk, 16-bit values below 1024 count as 10 bits, and 1023 becomes white."""
    dark = np.array([[0, 500, 1000]], np.uint16)
    assert decode_image(encode_png(dark, 12), ".png")[0].tolist() == [[0, 500, 1000]]
    assert decode_image(encode_png(dark), ".png")[0].tolist() == [[0, 32031, 64062]]


def test_a_chunk_is_looked_for_up_to_the_pixels() -> None:
    content = encode_png(np.zeros((2, 2), np.uint16), 12)
    file = io.BytesIO(content)
    assert fills_its_range(file)
    assert file.tell() == 0
    assert not fills_its_range(io.BytesIO(content[:20]))
    assert not fills_its_range(io.BytesIO(encode_png(np.zeros((2, 2), np.uint16))))
