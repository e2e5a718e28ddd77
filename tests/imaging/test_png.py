"""PNGs of our own: Pillow and our reader get back what was written."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from medapp.imaging.image import decode_image, read_picture
from medapp.imaging.png import Calibration, Remarks, encode_png, read_remarks
from medapp.imaging.readers.picture import Spacing


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (5, 7, 3), (1, 9, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_written_is_read(shape: tuple[int, ...], dtype: type) -> None:
    values = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    content = encode_png(values, Remarks(16 if dtype is np.uint16 else 0))
    pixels, _ = decode_image(content, ".png")
    np.testing.assert_array_equal(pixels, values)
    assert pixels.dtype == dtype
    if dtype is np.uint8:
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), values)


def test_a_dark_image_that_says_its_range_is_not_made_bright() -> None:
    """Without the chunk, 16-bit values below 1024 count as 10 bits, and 1023 becomes white."""
    dark = np.array([[0, 500, 1000]], np.uint16)
    assert decode_image(encode_png(dark, Remarks(12)), ".png")[0].tolist() == [[0, 500, 1000]]
    assert decode_image(encode_png(dark), ".png")[0].tolist() == [[0, 32031, 64062]]


def test_a_chunk_is_looked_for_up_to_the_pixels() -> None:
    content = encode_png(np.zeros((2, 2), np.uint16), Remarks(12))
    file = io.BytesIO(content)
    assert read_remarks(file) == Remarks(12)
    assert file.tell() == 0
    assert read_remarks(io.BytesIO(content[:20])) == Remarks()
    assert read_remarks(io.BytesIO(encode_png(np.zeros((2, 2), np.uint16)))) == Remarks()


def test_what_values_stand_for_and_the_size_of_a_pixel_come_back() -> None:
    said = Remarks(16, Calibration(-1000, 1000, "HU", is_cut=True), (0.7, 0.35))
    content = encode_png(np.array([[0, 32768, 65535]], np.uint16), said)
    assert read_remarks(io.BytesIO(content)) == said
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), [[0, 32768, 65535]])
    picture = read_picture(content, ".png")
    assert picture.spacing == Spacing(0.7, 0.35)
    assert picture.measured is not None
    assert (picture.measured.unit, picture.measured.limits) == ("HU", (-1000, 1000))
    np.testing.assert_allclose(picture.measured.compute(), [[-1000, 1000 / 65535, 1000]], atol=1e-9)
    assert not picture.measured.is_hounsfield  # it was cut: no window of a recipe is true of it


@pytest.mark.parametrize(
    "said",
    [b"values\0junk", b"values\0" + bytes(10) + b"HU\x001", b"other\0", b"\xff" * 1025],
)
def test_a_damaged_remark_says_nothing(said: bytes) -> None:
    plain = encode_png(np.full((2, 2), 9, np.uint16))
    chunk = struct.pack(">I", len(said)) + b"pCAL" + said
    scale = struct.pack(">I", 4) + b"sCAL" + b"\x010.7"
    content = plain[:33] + chunk + bytes(4) + scale + bytes(4) + plain[33:]
    assert read_remarks(io.BytesIO(content)) == Remarks()
