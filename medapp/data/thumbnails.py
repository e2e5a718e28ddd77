"""A sample as a small JPEG for a page of many, kept in the cache by the file's content."""

import io

from PIL import Image

from medapp.data.cache import Cache
from medapp.data.image import load_image
from medapp.data.pixels import render_full
from medapp.data.samples import Sample

QUALITY = 82


def load_thumbnail(sample: Sample, cache: Cache, size_px: int = 160) -> bytes:
    """A JPEG of at most `size_px` on its longer side, grey or RGB, the whole image in its proportions.

    Raises:
        ImageError: the file is missing or damaged, and its thumbnail is not in the cache.
    """
    key = f"{sample.content_hash}-{size_px}"
    known = cache.load_bytes("thumbnails", key)
    if known is not None:
        return known
    file = io.BytesIO()
    Image.fromarray(render_full(load_image(sample.path), longest_px=size_px)).save(file, "JPEG", quality=QUALITY)
    return cache.save_bytes("thumbnails", key, file.getvalue())
