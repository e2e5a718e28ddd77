"""Makers of bad files: mutated images, hostile zips, pickles with code.

The same seed gives the same bytes.
"""

import contextlib
import io
import pickle
import random
import shutil
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
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
            reach = min(
                len(content), draw.choice((30, 120, 600, 1 << 20))
            )  # headers are short and break more
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
            place = content.find(packed)
            while place >= 0 and draw.random() < 0.8:
                limit = 0xFFFF if form[1] == "H" else 0xFFFFFFFF
                content[place : place + len(packed)] = struct.pack(
                    form, draw.choice((0, 1, true + 1, 9999, 20_000, limit // 2, limit)) & limit
                )
                place = content.find(packed, place + 1)
    if content.startswith(
        b"\x89PNG"
    ):  # with its checksum set right, or the lie would be found at once
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


Entry = tuple[str, bytes] | tuple[str, bytes, dict[str, Any]]


def pack(path: Path, entries: list[Entry], compression: int = zipfile.ZIP_STORED) -> Path:
    """A zip with names as they are given, however bad; the third part of an entry sets fields of
    its `ZipInfo`.
    """
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate names
        for name, content, *fields in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, compression
            for key, value in (fields[0] if fields else {}).items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return path


def make_zips(folder: Path, good: list[tuple[str, bytes]]) -> dict[str, Path]:
    """Hostile and broken zips, by what is wrong with them.

    `good` are the files of one that is right, small ones first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name, content = good[0]
    suffix = Path(name).suffix
    names = {
        "parent": "../evil" + suffix,
        "parent inside": "a/../../evil" + suffix,
        "absolute": "/tmp/evil" + suffix,
        "drive": "C:\\evil" + suffix,
        "drive relative": "c:evil" + suffix,
        "backslashes": "..\\..\\evil" + suffix,
        "share": "\\\\host\\share\\evil" + suffix,
        "only dots": "..",
        "control characters": "a/e\r\n\x1b[2Jvil\x07" + suffix,
        "long name": "a/" + "n" * 300 + suffix,
        "long path": "/".join(["n" * 200] * 30) + suffix,
        "very deep": "d/" * 1500 + "evil" + suffix,
        "reserved name": "con/aux" + suffix,
        "trailing dots": "a. . ./evil. " + suffix,
        "other case": name.upper(),
        "twice": name,
        "lock as a folder": "lock/evil",
        "stop": "stop/evil",
        "home": "~/evil" + suffix,
        "stream": "a/evil" + suffix + ":stream",
        "unprintable": "a/\u202eevil" + suffix,
        "empty name": "",
    }
    made = {
        key: pack(folder / f"{number}.zip", [*good, (bad, content)])
        for number, (key, bad) in enumerate(names.items())
    }
    links = {"link": stat.S_IFLNK, "device": stat.S_IFBLK, "pipe": stat.S_IFIFO}
    for key, kind in links.items():
        made[key] = pack(
            folder / f"{key}.zip",
            [*good, ("a/link" + suffix, b"/etc/passwd", {"external_attr": (kind | 0o777) << 16})],
        )
    made["NUL in a name"] = _edit(
        made["other case"], folder / "nul.zip", name.upper().encode()[:3], b"\0\0\0"
    )
    made["bomb by ratio"] = pack(
        folder / "ratio.zip", [("a/bomb" + suffix, bytes(70 << 20))], zipfile.ZIP_DEFLATED
    )
    made["bomb by count"] = pack(
        folder / "count.zip", [(f"a/{i}{suffix}", b"") for i in range(200_001)]
    )
    made["bomb by size"] = _claim(
        pack(folder / "claims.zip", [*good, ("a/bomb" + suffix, b"x" * 9999)]), 9999, 0xFFFFFFF0
    )
    made["size too small"] = _claim(
        pack(folder / "small.zip", [*good, ("a/bomb" + suffix, b"x" * 9999)]), 9999, 10
    )
    made["nested"] = pack(
        folder / "nested.zip",
        [("inner.zip", made["twice"].read_bytes()), ("a/inner.zip", made["twice"].read_bytes())],
    )
    whole = pack(folder / "good.zip", list(good)).read_bytes()
    for share in (0, 0.1, 0.5, 0.99):
        made[f"cut at {share:.0%}"] = _write(
            folder / f"cut {share}.zip", whole[: int(share * len(whole))]
        )
    made["no zip"] = _write(folder / "no.zip", random.Random(0).randbytes(5000))
    made["empty zip"] = _write(folder / "empty.zip", b"PK\x05\x06" + bytes(18))
    made["another archive"] = _write(folder / "other.zip", b"7z\xbc\xaf\x27\x1c" + bytes(100))
    for key, method in (
        ("bzip2", zipfile.ZIP_BZIP2),
        ("lzma", zipfile.ZIP_LZMA),
        ("deflate", zipfile.ZIP_DEFLATED),
    ):
        made[f"damaged {key}"] = _damage(pack(folder / f"{key}.zip", list(good[:2]), method))
    made["unknown compression"] = _mark(folder / "method.zip", whole, 8, 10, 97)
    made["encrypted"] = _mark(folder / "encrypted.zip", whole, 6, 8, 1)
    return made


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _edit(source: Path, path: Path, old: bytes, new: bytes) -> Path:
    return _write(path, source.read_bytes().replace(old, new))


def _claim(path: Path, true: int, said: int) -> Path:
    return _edit(path, path, struct.pack("<I", true), struct.pack("<I", said))


def _damage(path: Path) -> Path:
    """Bytes of the first file's packed content are changed."""
    content, draw = bytearray(path.read_bytes()), random.Random(0)
    for place in range(60, min(400, len(content) // 2)):
        content[place] = draw.randrange(256)
    return _write(path, bytes(content))


def _mark(path: Path, whole: bytes, local: int, central: int, value: int) -> Path:
    content = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] = value
            place = content.find(mark, place + 4)
    return _write(path, bytes(content))


class Code:
    """Unpickling this makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.write_text, (self.marker, "ran")


def make_pickles(folder: Path, marker: Path) -> list[Path]:
    """Weights files that would make `marker` if anything in them were run, as plain pickles and in
    torch's two formats.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    tables: list[Any] = [
        Code(marker),
        {"w": Code(marker)},
        {"state_dict": {"w": Code(marker)}},
        {"w": torch.zeros(2), "extra": Code(marker)},
    ]
    made = []
    for number, table in enumerate(tables):
        for suffix in (".pth", ".pt", ".safetensors"):
            path = folder / f"{number}{suffix}"
            torch.save(table, path, _use_new_zipfile_serialization=number % 2 == 0)
            made.append(path)
        made.append(_write(folder / f"{number}-plain.pth", pickle.dumps(table)))
    code = b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."
    made += [
        _write(folder / "system.pth", code),
        _write(folder / "system.pt", pickle.dumps(torch.zeros(2))[:-1] + code),
    ]
    return made


@contextlib.contextmanager
def spoil(path: Path, content: bytes | None) -> Iterator[None]:
    """The file holds `content`, or is a folder where that is None, and afterwards is as it was, or
    not there.
    """
    before = path.read_bytes() if path.is_file() else None
    path.unlink(missing_ok=True)
    path.mkdir() if content is None else path.write_bytes(content)
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.write_bytes(before) if before is not None else path.unlink(missing_ok=True)


def damage_text(whole: bytes, seed: int = 0) -> dict[str, bytes | None]:
    """What can become of a file of text: cut short, no text, another kind of JSON, nothing, a
    folder.
    """
    draw, middle = random.Random(seed), len(whole) // 2
    return {
        "empty": b"",
        "cut": whole[:middle],
        "last byte": whole[:-2],
        "random bytes": draw.randbytes(999),
        "not UTF-8": whole[:middle] + b"\xff\xfe\n" + whole[middle:],
        "list": b"[1, 2]\n",
        "number": b"7\n",
        "null": b"null\n",
        "empty object": b"{}\n",
        "deep": b"[" * 100_000,
        "NUL": bytes(500),
        "a folder": None,
        "twice": whole + whole,
    }
