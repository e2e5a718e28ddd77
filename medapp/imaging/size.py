"""How large an image is, from its beginning alone where that tells."""

import contextlib
import io

from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.image import decode_image
from medapp.imaging.readers.pillow import FORMATS

HEAD_BYTES = 2**16
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)  # values of EXIF's orientation whose width is the stored height


def find_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, after the EXIF rotation; None where the beginning does not tell.

    Args:
        head: a file's first bytes.
    """
    # Pillow raises whatever its plugins meet in a file that is cut off.
    with contextlib.suppress(Exception), Image.open(io.BytesIO(head), formats=FORMATS) as image:
        width, height = image.size
        is_turned = image.getexif().get(_ORIENTATION) in _TURNED
        return (height, width) if is_turned else (width, height)
    return None


def measure_size(content: bytes, suffix: str) -> tuple[int, int] | None:
    """Width and height in pixels of a whole file, which is decoded; None where it cannot be."""
    try:
        pixels, _ = decode_image(content, suffix)
    except ImageError:
        return None
    return pixels.shape[1], pixels.shape[0]
