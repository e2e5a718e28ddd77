"""The squares of many samples, from the cache where they were rendered before."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from medapp.data.samples import Sample
from medapp.errors import ImageError
from medapp.imaging.image import decode_image, is_colour, read_content
from medapp.imaging.preprocess import VERSION, Bytes, Preprocess, render_pixels
from medapp.store.cache import Cache
from medapp.store.threads import Progress, map_threaded

_REMEDY = "Put the original back, or remove the data set and add it again."


def hash_pixels(samples: Sequence[Sample], preprocess: Preprocess, size_px: int) -> str:
    """What the pixels of these samples, in this order, are kept under: their contents and the
    settings, in hex.
    """
    words = json.dumps(
        [VERSION, asdict(preprocess), size_px, [s.content_hash for s in samples]], sort_keys=True
    )
    return hashlib.sha256(words.encode()).hexdigest()


def load_pixels(
    samples: Sequence[Sample],
    preprocess: Preprocess,
    size_px: int,
    cache: Cache | None = None,
    on_progress: Progress | None = None,
) -> Bytes:
    """The squares of all samples: uint8 (N, S, S, C), C is 1 where all images are grey, else 3.

    From the cache, memory-mapped, where the same images were rendered with the same settings
    before.

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    shape = (len(samples), size_px, size_px, 3 if any(is_colour(s.mode) for s in samples) else 1)

    def fill(target: Bytes) -> None:
        squares = map_threaded(
            lambda sample: _load_square(sample, preprocess, size_px), samples, on_progress
        )
        for row, square in enumerate(squares):
            target[row] = square if square.ndim == 3 else square[..., None]

    if cache is None:
        target = np.zeros(shape, np.uint8)
        fill(target)
        return target
    key = hash_pixels(samples, preprocess, size_px)
    known = cache.load_array("pixels", key)
    return (
        cache.build_array("pixels", key, shape, np.uint8, fill)
        if known is None or known.shape != shape
        else known
    )


def _load_square(sample: Sample, preprocess: Preprocess, size_px: int) -> Bytes:
    try:
        content = read_content(sample.path)
        if hashlib.sha256(content).hexdigest() != sample.content_hash:
            raise ImageError("the file has changed since it was registered")
        image, _ = decode_image(content, sample.path.suffix)
    except OSError as error:
        raise ImageError(
            f"{sample.name} cannot be opened: {error.strerror or error}. {_REMEDY}"
        ) from error
    except ImageError as error:
        raise ImageError(f"{sample.name} cannot be used: {error}. {_REMEDY}") from error
    return render_pixels(image, preprocess, size_px)
