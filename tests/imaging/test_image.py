"""A file that is no image, or a damaged one, is an error in words and nothing else."""

import contextlib
import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.image import ImageFacts, decode_image, is_colour, load_image, read_facts

PIXELS = np.random.default_rng(0).integers(0, 255, (40, 30, 3)).astype(np.uint8)


def encode(format: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    image = (
        Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 200)
        if mode == "I;16"
        else Image.fromarray(PIXELS).convert(mode)
    )
    image.save(file, format)
    return file.getvalue()


def test_an_image_and_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "Ä b.PNG"
    path.write_bytes(encode("PNG"))
    np.testing.assert_array_equal(load_image(path), PIXELS)
    assert read_facts(path) == ImageFacts(30, 40, "8-bit RGB", "PNG")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xff\xd8\xff\xe0 not an image", "it is damaged"),
        (encode("PNG")[:-300], "the file is cut short"),
        (encode("JPEG")[:-300], "the file is cut short"),
        (b"GIF89a" + b"\0" * 50, "it is "),
        (b"\0" * 50, "it is not an image"),
    ],
)
def test_damage_has_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(ImageError, match=rf"^x\.jpg cannot be read: {reason}.*leave it out\.$"):
        load_image(tmp_path / "x.jpg")


def test_a_missing_file_and_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^x\.png cannot be opened: No such file"):
        load_image(tmp_path / "x.png")
    (tmp_path / "x.txt").write_bytes(b"\0\1")
    with pytest.raises(
        ImageError, match=r"its kind '\.txt' is not among those that are read \(\.png"
    ):
        load_image(tmp_path / "x.txt")


def test_a_header_that_claims_billions_of_pixels_is_refused_before_they_are_made() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    for side in (12_000, 100_000):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
        bomb = (
            b"\x89PNG\r\n\x1a\n"
            + header
            + chunk(b"IDAT", zlib.compress(bytes(10**5)))
            + chunk(b"IEND", b"")
        )
        with pytest.raises(ImageError, match=r"more than 100 million|more pixels than fit"):
            decode_image(bomb, ".png")


@pytest.mark.parametrize(
    ("suffix", "format", "mode"),
    [
        (".png", "PNG", "RGB"),
        (".png", "PNG", "P"),
        (".png", "PNG", "I;16"),
        (".jpg", "JPEG", "RGB"),
        (".jpg", "JPEG", "CMYK"),
        (".tif", "TIFF", "RGB"),
        (".tif", "TIFF", "I;16"),
        (".bmp", "BMP", "P"),
        (".webp", "WEBP", "RGB"),
    ],
)
def test_mutated_images_are_read_or_refused(suffix: str, format: str, mode: str) -> None:
    whole, chance = encode(format, mode), random.Random(f"{format} {mode}")
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(min(len(content), chance.choice((40, 400, 10**6))))] = (
                chance.randrange(256)
            )
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        with contextlib.suppress(ImageError):
            pixels, facts = decode_image(bytes(content), suffix)
            assert pixels.shape[:2] == (facts.height, facts.width)
            assert (pixels.ndim == 3) == is_colour(facts.mode)
