"""A thumbnail shows the whole image, small, and comes from the cache the second time."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.samples import Sample
from medapp.errors import ImageError
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import Cache


def test_small_in_proportion_and_cached(tmp_path: Path) -> None:
    path, cache = tmp_path / "1.png", Cache(tmp_path / "cache")
    pixels = np.zeros((100, 400), np.uint16)
    pixels[:, 200:] = 4000  # 12 bits of 16: dark as stored, bright as shown
    Image.fromarray(pixels).save(path)
    sample = Sample(1, "1.png", path, "a", None, None, "train", "abc", 400, 100, "16-bit grey")
    jpeg = load_thumbnail(sample.path, sample.content_hash, cache)
    shown = np.asarray(Image.open(io.BytesIO(jpeg)))
    assert shown.shape == (40, 160)
    assert shown[:, :70].max() < 10
    assert shown[:, 90:].min() > 245
    path.unlink()
    assert load_thumbnail(sample.path, sample.content_hash, cache) == jpeg
    with pytest.raises(ImageError):
        load_thumbnail(sample.path, sample.content_hash, cache, size_px=80)
