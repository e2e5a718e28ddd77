"""What can be known of an image without looking at what it shows: each cue as columns of 0 and 1.

Numbers become which eighth of the set they lie in, so that a regression also finds what is not a
straight line, such as that one class is neither bright nor dark.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from medapp.audit.measures import Measures
from medapp.data.samples import Sample

BINS = 8
SIDE_PX = 2  # of a thumb of 32 px: what counts as border
CORNER_PX = 5
# A column with more values tells who an image is of rather than what they have in common.
MOST_VALUES = 30

Columns = NDArray[np.float32]  # (N, F)


def list_cues(samples: Sequence[Sample], measures: Measures) -> Iterator[tuple[str, Columns]]:
    """The cues that differ among images: what each is called in a sentence, and its columns.

    Args:
        measures: of the same samples, in their order.
    """
    thumbs = measures.take("thumb").astype(np.float32)
    spread = thumbs.std(axis=(1, 2))
    tones = [measures.take(name) for name in ("black", "white", "low", "high")]
    sizes = np.array([(s.width, s.height) for s in samples], float)
    numbers = {
        "its size": [sizes[:, 0], sizes[:, 1], sizes[:, 0] / sizes[:, 1]],
        "its brightness and contrast": [thumbs.mean(axis=(1, 2)), spread, *tones],
        "its borders": _measure_borders(thumbs),
        "its corners": _measure_corners(thumbs),
    }
    words: dict[str, Sequence[str]] = {
        "how its pixels are stored": [sample.mode for sample in samples],
        "its file type": [_find_type(sample) for sample in samples],
        "its site": [sample.site or "" for sample in samples],
    }
    for name in sorted({name for sample in samples for name in sample.attributes}):
        words[f"the column {name!r}"] = [sample.attributes.get(name, "") for sample in samples]
    for cue, values in numbers.items():
        yield from _keep(cue, [cut_number(value) for value in values])
    for cue, texts in words.items():
        yield from _keep(cue, [cut_text(texts)])


def _find_type(sample: Sample) -> str:
    suffix = PurePath(sample.name.partition("#")[0]).suffix.lower()
    return ".jpg" if suffix == ".jpeg" else suffix


def _keep(cue: str, parts: Sequence[Columns]) -> Iterator[tuple[str, Columns]]:
    columns = np.concatenate(parts, axis=1)
    if columns.shape[1]:
        yield cue, columns


def _measure_borders(thumbs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    sides = (
        thumbs[:, :SIDE_PX],
        thumbs[:, -SIDE_PX:],
        thumbs[:, :, :SIDE_PX],
        thumbs[:, :, -SIDE_PX:],
    )
    return [side.mean(axis=(1, 2)) for side in sides]


def _measure_corners(thumbs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Mean and brightest value of each corner: a mark is small and bright."""
    first, last = slice(CORNER_PX), slice(-CORNER_PX, None)
    corners = [thumbs[:, rows, columns] for rows in (first, last) for columns in (first, last)]
    means = [corner.mean(axis=(1, 2)) for corner in corners]
    return means + [corner.max(axis=(1, 2)) for corner in corners]


def cut_number(values: NDArray[np.floating]) -> Columns:
    """Numbers (N,) to the eighths they lie in, or to their values where there are no more; (N, F).

    No column where all are equal.
    """
    distinct = np.unique(values)
    edges = distinct if len(distinct) <= BINS else np.quantile(values, np.arange(BINS) / BINS)
    edges = np.unique(edges)
    places = np.searchsorted(edges, values, side="right") - 1
    return _mark(places)


def cut_text(values: Sequence[str]) -> Columns:
    """Words (N,) to a column a word; many numbers as `cut_number` does, an empty one apart.

    No column where all are equal, or where more than `MOST_VALUES` differ and are no numbers.
    """
    names, places = np.unique(np.asarray(values, str), return_inverse=True)
    if len(names) <= min(MOST_VALUES, len(values) / 4):
        return _mark(places)
    numbers = np.array([_read_number(value) for value in values])
    is_known = np.isfinite(numbers)
    if not is_known.any() or any(
        value and not ok for value, ok in zip(values, is_known, strict=True)
    ):
        return np.zeros((len(values), 0), np.float32)
    filled = np.where(is_known, numbers, numbers[is_known].min() - 1)
    return np.concatenate([cut_number(filled), _mark(is_known.astype(np.int64))], axis=1)


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _mark(places: NDArray[np.integer]) -> Columns:
    distinct, places = np.unique(places, return_inverse=True)
    if len(distinct) < 2:
        return np.zeros((len(places), 0), np.float32)
    marked: Columns = np.eye(len(distinct), dtype=np.float32)[places]
    return marked
