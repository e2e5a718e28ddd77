"""An image as a small JPEG for a page of many, kept in the cache by the file's content."""

import io
from pathlib import Path

from PIL import Image

from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.store.cache import Cache

QUALITY = 82


def load_thumbnail(path: Path, content_hash: str, cache: Cache, size_px: int = 160) -> bytes:
    """A small JPEG of a whole image, grey or RGB.

    Args:
        content_hash: of the file's bytes; what the thumbnail is kept under.
        size_px: of the longer side at most.

    Raises:
        ImageError: the file is missing or damaged, and its thumbnail is not in the cache.
    """
    key = f"{content_hash}-{size_px}"
    known = cache.load_bytes("thumbnails", key)
    if known is not None:
        return known
    file = io.BytesIO()
    small = render_full(load_image(path), longest_px=size_px)
    Image.fromarray(small).save(file, "JPEG", quality=QUALITY)
    return cache.save_bytes("thumbnails", key, file.getvalue())
