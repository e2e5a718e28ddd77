"""Pixels to a PNG of 8 or 16 bits a channel, which says how many of its bits were measured.

Pillow writes no PNG with several channels of 16 bits, and keeps nothing of the chunk `sBIT`. By
that chunk (PNG specification, 11.3.2.2) a file says that its values fill the whole range, black to
white, whatever the brightest pixel of this one image is.
"""

import struct
import zlib
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2  # the filter of a row that holds the differences to the row above
_MAX_CHUNKS = 64  # before the pixels; files have a handful


def encode_png(pixels: NDArray[Any], bits: int = 0) -> bytes:
    """A PNG's bytes.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16; 0 is black, and the largest number white.
        bits: how many bits the values had before they were stretched to 16; 0 says nothing.
    """
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
    if bits:
        chunks.append((b"sBIT", bytes([bits] * channels)))
    chunks += [(b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_write_chunk(name, content) for name, content in chunks)


def _write_chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def fills_its_range(file: IO[bytes]) -> bool:
    """Whether a PNG says, by its `sBIT`, that its values were stretched to the whole range."""
    position = file.tell()
    file.seek(len(_SIGNATURE))
    try:
        for _ in range(_MAX_CHUNKS):
            start = file.read(8)
            if len(start) < 8 or start[4:] == b"IDAT":
                return False
            if start[4:] == b"sBIT":
                return True
            file.seek(struct.unpack(">I", start[:4])[0] + 4, 1)
    finally:
        file.seek(position)
    return False
