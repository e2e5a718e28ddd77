"""The squares of many samples, kept in the cache: rendered once for each image and setting."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.data.samples import Sample
from medapp.errors import ImageError
from medapp.imaging.image import decode_image, is_colour, read_content
from medapp.imaging.preprocess import VERSION, Bytes, Preprocess, Square, render_square
from medapp.imaging.registered import hash_content
from medapp.store.cache import Cache
from medapp.store.rows import Numbers, Rows
from medapp.store.threads import OnProgress, map_threaded

REMEDY = "Put the original back, or remove the data set and add it again."


@dataclass(frozen=True)
class Table:
    """Rows that are kept for many samples, and the numbers of the rows that were asked for.

    Attributes:
        key: what the rows are kept under, without the samples: the setting that made them.
        rows: (M, …), memory-mapped; more samples than those asked for may have one.
        numbers: (N,) row numbers of the samples asked for, in their order.
        computed: how many of them were not kept before.
        source: the open rows; while this object lives, the cache does not evict them.
    """

    key: str
    rows: NDArray[Any]
    numbers: Numbers
    computed: int
    source: Rows

    def take(self) -> NDArray[Any]:
        """The rows of the samples asked for, in their order, in memory."""
        taken: NDArray[Any] = self.rows[self.numbers]
        return taken

    def iterate(self, size: int) -> Iterator[NDArray[Any]]:
        """The rows of the samples asked for, in their order, `size` at a time."""
        for start in range(0, len(self.numbers), size):
            yield self.rows[self.numbers[start : start + size]]


def hash_pixel_setting(preprocess: Preprocess, channels: int, data_set: str) -> str:
    """What the pixels of a data set are kept under, in hex."""
    words = [VERSION, preprocess.model_dump(), channels, data_set]
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def count_channels(samples: Sequence[Sample], preprocess: Preprocess) -> int:
    """1 where all images are grey and have one window at most, else 3."""
    has_channels = "," in preprocess.windows or any(is_colour(sample.mode) for sample in samples)
    return 3 if has_channels else 1


def load_pixels(
    samples: Sequence[Sample],
    preprocess: Preprocess,
    channels: int,
    cache: Cache,
    data_set: str = "",
    on_progress: OnProgress | None = None,
) -> Table:
    """The squares of all samples: uint8 (N, S, S, C).

    Args:
        channels: C, 1 or 3; see `count_channels`. A grey image repeats its only channel.
        data_set: the id of the data set that the samples are of; each has rows of its own.

    Raises:
        ImageError: a file is missing, damaged, or not the one that was registered.
        WorkspaceError: the disk has no room for them.
    """
    key = hash_pixel_setting(preprocess, channels, data_set)
    size = preprocess.image_size
    rows = cache.open_rows("pixels", key, (size, size, channels), np.uint8)
    computed = 0

    def compute(missing: list[int]) -> Iterator[Bytes]:
        nonlocal computed
        wanted = [samples[index] for index in missing]
        computed = len(wanted)
        for square in map_threaded(lambda s: load_square(s, preprocess), wanted, on_progress):
            pixels = square.pixels if square.pixels.ndim == 3 else square.pixels[..., None]
            yield np.broadcast_to(pixels, (size, size, channels))

    numbers = rows.fill([sample.content_hash for sample in samples], compute)
    return Table(key, rows.open_array(), numbers, computed, rows)


def load_square(sample: Sample, preprocess: Preprocess) -> Square:
    """The square of one sample, and where it lies in the image.

    Raises:
        ImageError: the file is missing, damaged, or not the one that was registered.
    """
    try:
        content = read_content(sample.path)
        if hash_content(content, sample.frame) != sample.content_hash:
            raise ImageError("the file has changed since it was registered")
        image, _ = decode_image(
            content,
            sample.path.suffix,
            preprocess.value_range,
            sample.frame,
            preprocess.windows,
        )
    except OSError as error:
        reason = error.strerror or error
        raise ImageError(f"{sample.name} cannot be opened: {reason}.", remedy=REMEDY) from error
    except ImageError as error:
        raise ImageError(f"{sample.name} cannot be used: {error}.", remedy=REMEDY) from error
    return render_square(image, preprocess)
