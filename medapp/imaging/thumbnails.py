"""An image as a small JPEG for a page of many, kept in the cache by the file's content."""

import io
from pathlib import Path

from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.image import decode_image
from medapp.imaging.preprocess import VERSION, render_full
from medapp.imaging.registered import REMEDY, read_registered
from medapp.store.cache import Cache

QUALITY = 82


def load_thumbnail(
    path: Path, content_hash: str, cache: Cache, size_px: int = 160, frame: int | None = None
) -> bytes:
    """A small JPEG of a whole image, grey or RGB.

    Args:
        content_hash: see `hash_content`; what the thumbnail is kept under.
        size_px: of the longer side at most.
        frame: which frame of a file with several, from 0; None for the whole file.

    Raises:
        ImageError: the file is missing, damaged or not the one with this hash, and its thumbnail is
            not in the cache.
    """
    key = f"{content_hash}-{size_px}-{VERSION}"
    known = cache.load_bytes("thumbnails", key)
    if known is not None:
        return known
    content = read_registered(path, content_hash, frame)
    try:
        image, _ = decode_image(content, path.suffix, frame=frame)
    except ImageError as error:
        raise ImageError(f"{path.name} cannot be read: {error}.", remedy=REMEDY) from error
    file = io.BytesIO()
    small = render_full(image, longest_px=size_px)
    Image.fromarray(small).save(file, "JPEG", quality=QUALITY)
    return cache.save_bytes("thumbnails", key, file.getvalue())
