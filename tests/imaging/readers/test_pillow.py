"""Every format and mode gives the array that was put in."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.image import count_frames, decode_image
from medapp.imaging.readers.picture import Span, fill

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
DEEP = np.array([[0, 1, 300], [4000, 40_000, 65_535]], np.uint16)
RGB = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14


def encode(image: Image.Image, format: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
@pytest.mark.parametrize(("pixels", "mode"), [(GREY, "8-bit grey"), (RGB, "8-bit RGB")])
def test_eight_bits_without_loss(format: str, pixels: NDArray[Any], mode: str) -> None:
    found, facts = decode_image(encode(Image.fromarray(pixels), format), f".{format.lower()}")
    np.testing.assert_array_equal(found, pixels)
    assert (facts.width, facts.height, facts.mode, facts.format) == (3, 2, mode, format)


def test_lossless_webp_and_nearly_lossless_jpeg() -> None:
    np.testing.assert_array_equal(
        decode_image(encode(Image.fromarray(RGB), "WEBP", lossless=True), ".webp")[0], RGB
    )
    smooth = np.linspace(0, 255, 64).astype(np.uint8).reshape(1, 64).repeat(16, 0)
    assert (
        np.abs(
            decode_image(encode(Image.fromarray(smooth), "JPEG", quality=95), ".jpg")[0]
            - smooth.astype(int)
        ).max()
        < 4
    )


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_stay(format: str) -> None:
    found, facts = decode_image(encode(Image.fromarray(DEEP), format), f".{format.lower()}")
    np.testing.assert_array_equal(found, DEEP)
    assert found.dtype == np.uint16
    assert facts.mode == "16-bit grey"


def test_the_content_counts_and_not_the_suffix() -> None:
    assert decode_image(encode(Image.fromarray(GREY), "PNG"), ".JPG")[1].format == "PNG"


def test_a_palette_becomes_its_colours() -> None:
    image = Image.fromarray(RGB).quantize(6)
    found, facts = decode_image(encode(image, "PNG"), ".png")
    np.testing.assert_array_equal(found, np.asarray(image.convert("RGB")))
    assert facts.mode == "8-bit RGB (stored as palette)"


def test_cmyk_becomes_rgb() -> None:
    found, facts = decode_image(encode(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "TIFF"), ".tif")
    assert found[0, 0].tolist() == [255, 0, 0]
    assert facts.mode == "8-bit RGB (stored as CMYK)"


def test_one_bit_is_black_and_white() -> None:
    found, facts = decode_image(encode(Image.fromarray(np.array([[True, False]])), "PNG"), ".png")
    assert found.tolist() == [[255, 0]]
    assert facts.mode == "8-bit grey (stored as 1 bit)"


def test_transparent_pixels_lie_on_black() -> None:
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 0], [200, 100, 50, 51]]], np.uint8)
    found, facts = decode_image(encode(Image.fromarray(rgba), "PNG"), ".png")
    assert found.tolist() == [[[200, 100, 50], [0, 0, 0], [40, 20, 10]]]
    assert facts.mode == "8-bit RGB (stored as RGBA)"
    grey = Image.fromarray(GREY)
    assert decode_image(encode(grey, "PNG", transparency=80), ".png")[0].tolist() == [
        [0, 40, 0],
        [120, 160, 200],
    ]


def test_equal_channels_become_grey() -> None:
    found, facts = decode_image(encode(Image.fromarray(GREY).convert("RGB"), "PNG"), ".png")
    np.testing.assert_array_equal(found, GREY)
    assert facts.mode == "8-bit grey (stored as RGB)"


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [[1, 2, 3], [4, 5, 6]]),
        (2, [[3, 2, 1], [6, 5, 4]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[4, 5, 6], [1, 2, 3]]),
        (5, [[1, 4], [2, 5], [3, 6]]),
        (6, [[4, 1], [5, 2], [6, 3]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (8, [[3, 6], [2, 5], [1, 4]]),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_images_are_upright(
    orientation: int, expected: list[list[int]], format: str, dtype: type
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.array([[1, 2, 3], [4, 5, 6]], dtype))
    found, facts = decode_image(encode(stored, format, exif=exif), f".{format.lower()}")
    assert (found // (1 if dtype is np.uint8 else 257)).tolist() == expected
    assert (facts.width, facts.height) == (len(expected[0]), len(expected))


def test_floating_point_fills_the_range_of_its_percentiles() -> None:
    values = np.linspace(-1, 1, 1001, dtype=np.float32).reshape(7, 143)
    values[0, :3] = np.nan, np.inf, -np.inf
    found, facts = decode_image(encode(Image.fromarray(values), "TIFF"), ".tif")
    assert found[0, :3].tolist() == [0, 65535, 0]
    assert abs(int(found.flat[500]) - 32768) < 300
    assert facts.mode.startswith("16-bit grey (stored as floating point, 0.5 to 99.5 percentile, -")
    whole = np.array([[0, 7, 4095]], np.int32)
    found, facts = decode_image(encode(Image.fromarray(whole), "TIFF"), ".tif")
    assert found.tolist() == [[0, 112, 65535]]
    assert facts.mode == "16-bit grey (stored as 32 bits, 12 of 16 bits)"


def test_no_numbers_at_all_are_black_and_blank() -> None:
    found, facts = decode_image(
        encode(Image.fromarray(np.full((2, 2), np.nan, np.float32)), "TIFF"), ".tif"
    )
    assert not found.any()
    assert [note.code for note in facts.notes] == ["blank"]


def test_one_hot_pixel_does_not_squeeze_the_rest() -> None:
    values = np.random.default_rng(0).uniform(100, 200, (64, 64)).astype(np.float32)
    plain = decode_image(encode(Image.fromarray(values), "TIFF"), ".tif")[0]
    values[3, 3] = 1e9
    hot = decode_image(encode(Image.fromarray(values), "TIFF"), ".tif")[0]
    assert np.abs(hot.astype(int) - plain)[values < 1e9].max() < 400  # of 65535


@pytest.mark.parametrize(
    ("highest", "depth"), [(200, 8), (255, 8), (1000, 10), (4095, 12), (9000, 14), (40_000, 16)]
)
def test_a_deep_file_is_as_deep_as_nearly_all_of_its_pixels(highest: int, depth: int) -> None:
    values = np.linspace(0, highest, 64 * 64).astype(np.uint16).reshape(64, 64)
    values[0, :3] = 65_535  # burnt-in or hot: 0.07% of the pixels
    found, facts = decode_image(encode(Image.fromarray(values), "PNG"), ".png")
    expected = np.rint(values.clip(0, 2**depth - 1) * (65535 / (2**depth - 1)))
    np.testing.assert_array_equal(found, expected)
    assert facts.mode == "16-bit grey" + ("" if depth == 16 else f" (stored as {depth} of 16 bits)")


@pytest.mark.parametrize("factor", [1, 256, 257])
@pytest.mark.parametrize("brightest", [20, 120, 255])
@pytest.mark.parametrize("is_colour", [False, True])
def test_exports_with_8_and_16_bits_are_the_same_image(
    factor: int, brightest: int, is_colour: bool
) -> None:
    shape = (40, 50, 3) if is_colour else (40, 50)
    pixels = np.random.default_rng(1).integers(0, brightest + 1, shape).astype(np.uint8)
    shallow = decode_image(encode(Image.fromarray(pixels), "PNG"), ".png")[0]
    content = encode_png16(pixels.astype(np.uint16) * factor)
    deep = decode_image(content, ".png")[0]
    assert np.abs(deep / 257 - shallow).max() <= 1


def encode_png16(pixels: NDArray[np.uint16], **chunks: bytes) -> bytes:
    """A PNG with 16 bits a channel: grey, grey with opacity, RGB or RGBA."""
    planes = pixels if pixels.ndim == 3 else pixels[..., None]
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[planes.shape[2]]

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", planes.shape[1], planes.shape[0], 16, kind, 0, 0, 0)
    # Every second row is stored as the difference to the one above (filter 2), as encoders do.
    rows = planes.astype(">u2").reshape(len(planes), -1).view(np.uint8)
    lines = [
        b"\2" + (row - rows[n - 1]).tobytes() if n % 2 else b"\0" + row.tobytes()
        for n, row in enumerate(rows)
    ]
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"".join(lines)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_twelve_bits_in_sixteen_keep_their_steps_in_every_layout(channels: int) -> None:
    ramp = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    planes = np.stack([ramp] * channels, 2)
    if channels in (2, 4):
        planes[..., -1] = 65_535
    found, facts = decode_image(encode_png16(planes), ".png")
    np.testing.assert_array_equal(found, np.rint(ramp * (65535 / 4095)))
    assert "12 of 16 bits" in facts.mode


def test_deep_colours_keep_all_their_bits() -> None:
    planes = np.random.default_rng(0).integers(0, 65_536, (9, 7, 3)).astype(np.uint16)
    found, facts = decode_image(encode_png16(planes), ".png")
    np.testing.assert_array_equal(found, planes)
    assert facts.mode == "16-bit RGB (stored as 16 bits a channel)"
    half = np.full((9, 7, 1), 32_768, np.uint16)
    found = decode_image(encode_png16(np.concatenate([planes, half], 2)), ".png")[0]
    assert np.abs(found - planes * (32_768 / 65_535)).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiffs_of_every_number_are_read(order: str) -> None:
    step = np.linspace(0, 1, 1001)[None]
    cases = [
        (np.rint(step * 65_535).astype(f"{order}u2"), 1, 1),
        (np.rint(step * 4.2e9).astype(f"{order}u4"), 1, 1),
        (np.rint(step * 4e9 - 2e9).astype(f"{order}i4"), 1, 2),
        ((step * 3.5 - 1).astype(f"{order}f4"), 1, 3),
        ((step * 3.5 - 1).astype(f"{order}f8"), 1, 3),
    ]
    for values, photometric, sample_format in cases:
        found = decode_image(build_tiff(values, photometric, sample_format), ".tif")[0]
        assert (np.diff(found[0].astype(int)) >= 0).all(), values.dtype
        assert np.abs(found / 65_535 - step).max() < 0.02, values.dtype
        if values.dtype.kind != "i":
            turned = decode_image(build_tiff(values, 0, sample_format), ".tif")
            assert np.abs(turned[0] / 65_535 - (1 - step)).max() < 0.02, values.dtype


def build_tiff(values: NDArray[Any], photometric: int, sample_format: int) -> bytes:
    """An uncompressed TIFF of one strip."""
    order = ">" if values.dtype.str[0] == ">" else "<"
    rows, columns = values.shape
    tags = {
        256: columns,
        257: rows,
        258: values.itemsize * 8,
        259: 1,
        262: photometric,
        273: 8,
        277: 1,
        278: rows,
        279: values.nbytes,
        339: sample_format,
    }
    entries = b"".join(struct.pack(f"{order}HHII", t, 4, 1, v) for t, v in tags.items())
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8 + values.nbytes)
    count = struct.pack(f"{order}H", len(tags))
    return head + values.tobytes() + count + entries + bytes(4)


def test_of_several_pages_the_first_is_taken_and_that_is_said() -> None:
    pages = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    found, facts = decode_image(
        encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]), ".tiff"
    )
    np.testing.assert_array_equal(found, GREY)
    assert facts.mode == "8-bit grey (stored as page 1 of 2)"
    assert [(note.code, note.level) for note in facts.notes] == [("page", "info")]


def test_pages_that_show_nothing_are_passed_over() -> None:
    blank = Image.new("L", (3, 2))
    more = [blank, Image.fromarray(GREY), blank]
    content = encode(blank, "TIFF", save_all=True, append_images=more)
    found, facts = decode_image(content, ".tif")
    np.testing.assert_array_equal(found, GREY)
    assert facts.mode == "8-bit grey (stored as page 3 of 4)"
    content = encode(blank, "TIFF", save_all=True, append_images=[blank])
    assert [n.code for n in decode_image(content, ".tif")[1].notes] == ["page", "blank"]


def test_an_image_of_which_all_is_transparent_says_so() -> None:
    rgba = np.full((4, 4, 4), 200, np.uint8)
    rgba[..., 3] = 0
    facts = decode_image(encode(Image.fromarray(rgba), "PNG"), ".png")[1]
    assert [(note.code, note.level) for note in facts.notes] == [("transparent", "grave")]


def test_values_fill_their_span_and_are_cut_beyond_it() -> None:
    values = np.array([[-5.0, 0.0, 5.0, 10.0, 99.0, np.nan]])
    assert fill(values, Span(0, 10)).tolist() == [[0, 0, 32768, 65535, 65535, 0]]
    assert fill(values, Span(10, 0)).tolist() == [[65535, 65535, 32768, 0, 0, 0]]
    assert fill(values, Span(0, 10, padding=(10, 50))).tolist() == [[0, 0, 32768, 0, 65535, 0]]
    assert fill(np.array([[3.0, 3.0]]), Span(3, 3)).tolist() == [[0, 0]]


def test_one_page_is_read_where_it_is_asked_for() -> None:
    pages = [Image.fromarray(GREY), Image.fromarray(DEEP), Image.fromarray(RGB)]
    content = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert count_frames(content, "") == 3
    assert count_frames(encode(pages[0], "PNG"), "") == 1
    assert decode_image(content, ".tif", frame=0)[0].tolist() == GREY.tolist()
    assert decode_image(content, ".tif", frame=1)[0].tolist() == DEEP.tolist()
    found, facts = decode_image(content, ".tif", frame=2)
    assert (found.tolist(), facts.mode) == (RGB.tolist(), "8-bit RGB (stored as page 3 of 3)")
    with pytest.raises(ImageError, match="it holds 3 pages, and page 4 was asked for"):
        decode_image(content, ".tif", frame=3)
