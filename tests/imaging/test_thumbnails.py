"""A thumbnail shows the whole image, small, and comes from the cache the second time."""

import hashlib
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
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    sample = Sample(1, "1.png", path, "a", None, None, "train", known, 400, 100, "16-bit grey")
    jpeg = load_thumbnail(sample.path, sample.content_hash, cache)
    shown = np.asarray(Image.open(io.BytesIO(jpeg)))
    assert shown.shape == (40, 160)
    assert shown[:, :70].max() < 10
    assert shown[:, 90:].min() > 245
    path.unlink()
    assert load_thumbnail(sample.path, sample.content_hash, cache) == jpeg
    with pytest.raises(ImageError):
        load_thumbnail(sample.path, sample.content_hash, cache, size_px=80)


def test_a_file_that_became_another_is_neither_shown_nor_kept(tmp_path: Path) -> None:
    path, other, cache = tmp_path / "1.png", tmp_path / "secret.png", Cache(tmp_path / "cache")
    for file, value in ((path, 10), (other, 200)):
        Image.fromarray(np.full((8, 8), value, np.uint8)).save(file)
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    path.symlink_to(other)
    with pytest.raises(ImageError, match="not the file that was registered"):
        load_thumbnail(path, known, cache)
    assert cache.size_bytes() == 0
