"""Mutated images, and good ones of every format to mutate."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    SecondaryCaptureImageStorage,
    generate_uid,
)

PIXELS = np.random.default_rng(0).integers(0, 255, (40, 48, 3)).astype(np.uint8)


FORMATS = (".png", ".jpg", ".tif", ".bmp", ".webp", ".dcm")


def mutate_images(suffix: str, count: int, seed: int = 0) -> Iterator[bytes]:
    """Good files of a format, each with bytes changed, cut off, or with a size in its header that
    is a lie.
    """
    good, draw = make_images(suffix), random.Random(f"{suffix} {seed}")
    for number in range(count):
        content = bytearray(draw.choice(good))
        kind = number % 5
        if kind == 0:
            del content[draw.randrange(len(content)) :]
        elif kind == 1:
            _lie_about_size(content, draw)
        else:
            # Headers are short and break more.
            reach = min(len(content), draw.choice((30, 120, 600, 1 << 20)))
            for _ in range(draw.choice((1, 2, 4, 16, 64))):
                content[draw.randrange(reach)] = draw.randrange(256)
        if kind == 2 and draw.random() < 0.3:
            content += content[: draw.randrange(len(content) + 1)]
        yield bytes(content)


def _lie_about_size(content: bytearray, draw: random.Random) -> None:
    """Every place that holds the width or height as a number gets another, up to 4 billion."""
    for true in (48, 40):
        for form in ("<H", ">H", "<I", ">I"):
            packed = struct.pack(form, true)
            at = content.find(packed)
            while at >= 0 and draw.random() < 0.8:
                limit = 0xFFFF if form[1] == "H" else 0xFFFFFFFF
                content[at : at + len(packed)] = struct.pack(
                    form, draw.choice((0, 1, true + 1, 9999, 20_000, limit // 2, limit)) & limit
                )
                at = content.find(packed, at + 1)
    if content.startswith(b"\x89PNG"):
        # The header's checksum is set right, or the lie would be found at once.
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))


def make_images(suffix: str) -> list[bytes]:
    """Small good files of a format, in its modes and compressions."""
    modes: dict[str, list[dict[str, Any]]] = {
        ".png": [{"mode": m} for m in ("L", "RGB", "RGBA", "P", "I;16", "1")],
        ".jpg": (
            [{"mode": m} for m in ("L", "RGB", "CMYK")] + [{"mode": "RGB", "progressive": True}]
        ),
        ".tif": (
            [{"mode": m} for m in ("L", "RGB", "I;16", "F", "CMYK")]
            + [
                {"mode": "RGB", "compression": c}
                for c in ("tiff_lzw", "jpeg", "tiff_adobe_deflate", "packbits")
            ]
            + [{"mode": "1", "compression": "group4"}]
        ),
        ".bmp": [{"mode": m} for m in ("L", "RGB", "P", "1")],
        ".webp": [{"mode": "RGB"}, {"mode": "RGBA"}, {"mode": "RGB", "lossless": True}],
    }
    if suffix == ".dcm":
        grey = PIXELS[..., 0]
        return [
            make_dicom(grey),
            make_dicom(PIXELS),
            make_dicom(
                grey.astype(np.int16),
                RescaleSlope=1,
                RescaleIntercept=-9,
                WindowCenter=40,
                WindowWidth=80,
            ),
            make_dicom(np.stack([grey, grey]), NumberOfFrames=2),
            make_dicom(grey, ImplicitVRLittleEndian),
            make_dicom(grey, RLELossless),
        ]
    return [_encode(suffix, **dict(settings)) for settings in modes[suffix]]


def _encode(suffix: str, mode: str, **settings: Any) -> bytes:
    image = (
        Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 200)
        if mode == "I;16"
        else Image.fromarray(PIXELS).convert(mode)
    )
    file = io.BytesIO()
    image.save(file, {".jpg": "JPEG", ".tif": "TIFF"}.get(suffix, suffix[1:].upper()), **settings)
    return file.getvalue()


def make_dicom(pixels: Any, syntax: str = ExplicitVRLittleEndian, **facts: Any) -> bytes:
    """A DICOM file of grey (H, W) or (N, H, W) or colour (H, W, 3) pixels."""
    dicom, is_colour = pydicom.Dataset(), pixels.shape[-1] == 3
    dicom.file_meta = FileMetaDataset()
    dicom.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax == RLELossless else syntax
    dicom.file_meta.MediaStorageSOPClassUID = dicom.SOPClassUID = SecondaryCaptureImageStorage
    dicom.file_meta.MediaStorageSOPInstanceUID = dicom.SOPInstanceUID = generate_uid(
        entropy_srcs=["bad input"]
    )
    dicom.Rows, dicom.Columns = pixels.shape[:2] if is_colour else pixels.shape[-2:]
    dicom.SamplesPerPixel, dicom.PhotometricInterpretation = (
        (3, "RGB") if is_colour else (1, "MONOCHROME2")
    )
    if is_colour:
        dicom.PlanarConfiguration = 0
    dicom.BitsAllocated = dicom.BitsStored = 8 * pixels.itemsize
    dicom.HighBit, dicom.PixelRepresentation = dicom.BitsStored - 1, int(pixels.dtype.kind == "i")
    for name, value in facts.items():
        setattr(dicom, name, value)
    dicom.PixelData = pixels.tobytes()
    if syntax == RLELossless:
        dicom.compress(RLELossless)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dicom, enforce_file_format=True)
    return file.getvalue()
