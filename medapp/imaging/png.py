"""Pixels to a PNG of 8 or 16 bits a channel, and what it says of them beside the pixels.

Pillow writes no PNG with several channels of 16 bits, and keeps nothing of these chunks. By `sBIT`
(PNG specification, 11.3.2.2) a file says how many bits were measured, and that its values fill the
whole range, black to white, whatever the brightest pixel of this one image is. By `pCAL` and `sCAL`
(Extensions to the PNG 1.2 specification, 4.1 and 4.2) it says what the values stand for, and how
large a pixel is.
"""

import contextlib
import struct
import zlib
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2  # the filter of a row that holds the differences to the row above
_MAX_CHUNKS = 64  # before the pixels; files have a handful


_CUT = b"values, cut at both ends"  # names of a calibration
_WHOLE = b"values"
_METRE = b"\x01"
_LONGEST = 1024  # bytes of a chunk that is read; ours have a hundred at most


@dataclass(frozen=True)
class Calibration:
    """What the numbers of a 16-bit image stand for.

    Attributes:
        low, high: of 0 and of 65535; between them the numbers are in proportion.
        unit: such as "HU"; "" for none.
        is_cut: what was lower than `low` is `low`, and what was higher than `high` is `high`.
    """

    low: float
    high: float
    unit: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class Remarks:
    """What a PNG says beside its pixels.

    Attributes:
        bits: how many bits the values had before they were stretched to 16; 0 where it is not said.
        calibration: None where values stand for nothing else.
        spacing_mm: from pixel to pixel, down and across; None where it is not said.
    """

    bits: int = 0
    calibration: Calibration | None = None
    spacing_mm: tuple[float, float] | None = None


def encode_png(pixels: NDArray[Any], remarks: Remarks | None = None) -> bytes:
    """A PNG's bytes.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16; 0 is black, and the largest number white.
    """
    remarks = remarks or Remarks()
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder(">")).view(np.uint8)
    rows = rows.reshape(height, -1)
    filtered = np.full((height, rows.shape[1] + 1), _UP, np.uint8)
    filtered[0, 1:] = rows[0]
    filtered[1:, 1:] = rows[1:] - rows[:-1]
    colour_type = 0 if channels == 1 else 2
    head = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", head)]
    if remarks.bits:
        chunks.append((b"sBIT", bytes([remarks.bits] * channels)))
    if remarks.calibration is not None:
        chunks.append((b"pCAL", _write_calibration(remarks.calibration)))
    if remarks.spacing_mm is not None:
        height_m, width_m = (f"{side / 1000:.9g}".encode() for side in remarks.spacing_mm)
        chunks.append((b"sCAL", _METRE + width_m + b"\0" + height_m))
    chunks += [(b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_write_chunk(name, content) for name, content in chunks)


def _write_chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _write_calibration(said: Calibration) -> bytes:
    """A chunk's content for the linear equation `p0 + p1 · number / (x1 - x0)`."""
    name = _CUT if said.is_cut else _WHOLE
    head = struct.pack(">iiBB", 0, 65535, 0, 2)
    numbers = [f"{value:.9g}".encode() for value in (said.low, said.high - said.low)]
    return name + b"\0" + head + b"\0".join([said.unit.encode("latin-1", "replace"), *numbers])


def read_remarks(file: IO[bytes]) -> Remarks:
    """What a PNG says beside its pixels; what is damaged there says nothing."""
    chunks = _read_chunks(file)
    bits = chunks.get(b"sBIT", b"\0")[:1]
    calibration = None
    spacing_mm = None
    with contextlib.suppress(ValueError, struct.error):
        calibration = _read_calibration(chunks.get(b"pCAL", b""))
    with contextlib.suppress(ValueError):
        unit, sides = chunks.get(b"sCAL", b"")[:1], chunks.get(b"sCAL", b"")[1:].split(b"\0")
        if unit == _METRE:
            across, down = (1000 * float(side) for side in sides)
            spacing_mm = (down, across)
    return Remarks(int.from_bytes(bits), calibration, spacing_mm)


def _read_calibration(content: bytes) -> Calibration | None:
    """The calibration in a chunk as `_write_calibration` writes it; None for any other."""
    name, _, rest = content.partition(b"\0")
    if name not in (_CUT, _WHOLE) or struct.unpack(">iiBB", rest[:10]) != (0, 65535, 0, 2):
        return None
    unit, low, width = rest[10:].split(b"\0")
    return Calibration(
        float(low), float(low) + float(width), unit.decode("latin-1"), is_cut=name == _CUT
    )


def _read_chunks(file: IO[bytes]) -> dict[bytes, bytes]:
    """The short chunks before a PNG's pixels; the file stays where it is."""
    found: dict[bytes, bytes] = {}
    position = file.tell()
    file.seek(len(_SIGNATURE))
    try:
        for _ in range(_MAX_CHUNKS):
            start = file.read(8)
            if len(start) < 8 or start[4:] == b"IDAT":
                break
            length = int(struct.unpack(">I", start[:4])[0])
            if length <= _LONGEST:
                found[start[4:]] = file.read(length)
                file.seek(4, 1)
            else:
                file.seek(length + 4, 1)
    finally:
        file.seek(position)
    return found
