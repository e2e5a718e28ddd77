"""Each image read once and reduced to a few numbers, which are kept in the cache by its content.

A second audit reads new images only. Values are shares of the range in which 0 is black and 1 is
white; of an image with more than 8 bits, white is its own brightest value, as many hold 12 bits
in 16.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.data.samples import Sample
from medapp.errors import ImageError
from medapp.imaging.corner_text import find_corner_text
from medapp.imaging.fingerprint import LUMA
from medapp.imaging.image import decode_image
from medapp.imaging.registered import read_registered
from medapp.store.cache import open_cache
from medapp.store.rows import Rows
from medapp.store.threads import OnProgress, map_threaded
from medapp.store.workspace import Workspace

VERSION = "1"
THUMB_PX = 32
# A level from which a page of text, or a drawing, has its background, and how far that spreads.
BRIGHT = 100
NEAR_LEVELS = 6
# Rows and columns of a larger image are left out where grey levels are counted.
ENOUGH_PX = 512
# An image whose values, but for the rarest, span less than this share of its range shows nothing.
BLANK_SPAN = 0.02
# The share of pixels that is passed over at both ends of an image's range.
TAIL = 0.005

ROW = np.dtype(
    [
        ("is_read", np.uint8),  # 0 where the file cannot be read; the rest is then 0 too
        ("pixels", np.uint64),  # equal for equal pixels, whatever the file's format
        ("black", np.float32),  # the share of pixels at 0
        ("white", np.float32),  # … and at the brightest value that there can be
        ("low", np.float32),  # the values below which, and above which, TAIL of the pixels lies
        ("high", np.float32),
        ("levels", np.uint16),  # of 256 grey levels the fewest that hold 99% of the pixels
        ("paper", np.float32),  # the share of pixels near the commonest level, where that is bright
        ("text", np.uint8),  # 1 where a corner seems to hold a line of text
        ("thumb", np.uint8, (THUMB_PX, THUMB_PX)),  # the image in grey, squeezed to a square
    ]
)


@dataclass(frozen=True)
class Measures:
    """What was measured of samples.

    Attributes:
        rows: (M,) of the dtype `ROW`, memory-mapped; of more images than those asked for.
        numbers: (N,) row numbers of the samples, in their order.
        problems: a sample's place among the N to why its file cannot be read.
    """

    rows: NDArray[Any]
    numbers: NDArray[np.int64]
    problems: dict[int, str]
    source: Rows

    def take(self, name: str) -> NDArray[Any]:
        """One field of `ROW` of all samples (N, …); 0 where a file cannot be read."""
        return np.asarray(self.rows[name][self.numbers])

    @property
    def is_read(self) -> NDArray[np.bool_]:
        """Which samples (N,) could be measured."""
        return self.take("is_read").astype(bool)

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """Which samples (N,) show something: they are read, and not blank."""
        return np.asarray(self.take("high") - self.take("low") >= BLANK_SPAN)


def measure(
    workspace: Workspace, samples: Sequence[Sample], on_progress: OnProgress | None = None
) -> Measures:
    """Measure all samples, those that are not kept in the cache by threads.

    Raises:
        WorkspaceError: the disk has no room for what was measured.
    """
    rows = open_cache(workspace).open_rows("measures", _KEY, (), ROW)

    def compute(missing: list[int]) -> Iterator[NDArray[Any]]:
        wanted = [samples[index] for index in missing]
        for result in map_threaded(_measure_file, wanted, on_progress):
            yield np.zeros((), ROW) if isinstance(result, str) else result

    numbers = rows.fill([sample.content_hash for sample in samples], compute)
    array = rows.open_array()
    # Not kept, as the file may be put back: asked again each time.
    problems = {}
    for index in np.flatnonzero(array["is_read"][numbers] == 0).tolist():
        result = _measure_file(samples[index])
        if isinstance(result, str):
            problems[index] = result
    return Measures(array, numbers, problems, rows)


_KEY = hashlib.sha256(f"{VERSION} {ROW}".encode()).hexdigest()


def _measure_file(sample: Sample) -> NDArray[Any] | str:
    """The row of a sample, or why its file cannot be read."""
    try:
        content = read_registered(sample.path, sample.content_hash, sample.frame)
        image, _ = decode_image(content, sample.path.suffix, frame=sample.frame)
    except ImageError as error:
        return error.what
    return measure_image(image)


def measure_image(image: NDArray[Any]) -> NDArray[Any]:
    """The row () of the dtype `ROW` of an image (H, W) or (H, W, 3), uint8 or uint16."""
    row = np.zeros((), ROW)
    digest = hashlib.blake2b(f"{image.shape}{image.dtype}".encode(), digest_size=8)
    digest.update(np.ascontiguousarray(image).data)
    brightest = np.iinfo(image.dtype).max
    steps = [max(1, side // ENOUGH_PX) for side in image.shape[:2]]
    reduced = image[:: steps[0], :: steps[1]]
    grey = reduced if reduced.ndim == 2 else reduced.astype(np.float32) @ LUMA
    white = 255.0 if image.dtype == np.uint8 else max(255.0, float(grey.max()))
    values = np.clip(np.rint(grey * (255.0 / white)), 0, 255).astype(np.uint8)
    counts = np.bincount(values.ravel(), minlength=256)
    shares = np.cumsum(counts) / values.size
    held = np.cumsum(np.sort(counts)[::-1]) / values.size
    row["is_read"] = 1
    row["pixels"] = int.from_bytes(digest.digest(), "little")
    row["black"] = np.mean(reduced.reshape(values.size, -1).max(axis=1) == 0)
    row["white"] = np.mean(reduced.reshape(values.size, -1).min(axis=1) == brightest)
    row["low"] = np.searchsorted(shares, TAIL) / 255
    row["high"] = np.searchsorted(shares, 1 - TAIL) / 255
    row["levels"] = 1 + np.searchsorted(held, 0.99)
    row["text"] = find_corner_text(reduced)
    commonest = int(counts.argmax())
    if commonest >= BRIGHT:
        near = counts[commonest - NEAR_LEVELS : commonest + NEAR_LEVELS + 1]
        row["paper"] = near.sum() / values.size
    small = Image.fromarray(values).resize((THUMB_PX, THUMB_PX), Image.Resampling.BOX)
    row["thumb"] = np.asarray(small)
    return row
