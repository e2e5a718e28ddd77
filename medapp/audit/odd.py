"""Images unlike the rest of their set: by size, shape, depth, values or content.

What is odd is told by the set itself: a mask among masks, or a wide image among wide ones, is
nothing odd.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.audit.measures import Measures
from medapp.data.notes import count
from medapp.data.samples import Sample
from medapp.store.threads import OnProgress

# Where more images than this share stand out, they are no exceptions …
RARE = 0.05
# … but which way round most images are is told by more than two thirds of them.
MANY = 0.3
TINY_PX = 32
LONG = 3.0  # the longer side as a multiple of the shorter one
# Grey levels that hold 99% of the pixels: masks, drawings and pages of text have as few. Of 7,328
# public radiographs and MR slices the least has 79.
FEW_LEVELS = 8
PAPER = 0.75  # the share of pixels that one bright level has on a page of text or a drawing
# The correlation of an image with the mean of its set; of the same images none is below -0.16.
OPPOSITE = -0.3
ALIKE = 0.4  # the median correlation in a set whose images show one thing in one way
AT_ONCE = 4_096
LOOK = "Look at the images, and leave out what does not belong here."

Mask = NDArray[np.bool_]  # (N,)


def find_odd(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """A finding for each way in which a few images differ from the rest."""
    if not ground.samples:
        return []
    values = _gather(ground.samples, ground.measure(on_progress))
    found = []
    for rule in RULES:
        rows = np.flatnonzero(rule.find(values)).tolist()
        if 0 < len(rows) <= max(1.0, rule.most * len(ground.samples)):
            chosen = [ground.samples[row] for row in rows]
            text = f"{count(len(rows), f'image {rule.one}', f'images {rule.many}')}."
            groups = tuple(build_group([s], f"{s.width:,} × {s.height:,} px") for s in chosen)
            found.append(Finding("odd", "caution", text, groups, LOOK))
    return [*found, *_find_odd_modes(ground.samples)]


@dataclass(frozen=True)
class _Values:
    """What the rules look at, (N,) each; `is_seen` where an image shows something."""

    short: NDArray[np.float64]
    long: NDArray[np.float64]
    is_seen: Mask
    black: NDArray[np.float32]
    white: NDArray[np.float32]
    levels: NDArray[np.uint16]
    paper: NDArray[np.float32]
    correlations: NDArray[np.float32]


@dataclass(frozen=True)
class _Rule:
    one: str
    many: str
    find: Callable[[_Values], Mask]
    most: float = RARE  # the share of a set up to which images are exceptions


def _gather(samples: Sequence[Sample], measures: Measures) -> _Values:
    sizes = np.array([(sample.width, sample.height) for sample in samples], np.float64)
    return _Values(
        sizes.min(axis=1),
        sizes.max(axis=1),
        measures.is_seen,
        measures.take("black"),
        measures.take("white"),
        measures.take("levels"),
        measures.take("paper"),
        _correlate(measures),
    )


def _correlate(measures: Measures) -> NDArray[np.float32]:
    """The correlation (N,) of each image with the mean of those that show something."""
    numbers = measures.numbers
    parts = [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]

    def standardise(part: NDArray[np.int64]) -> NDArray[np.float32]:
        thumbs: NDArray[np.float32] = (
            measures.rows["thumb"][part].reshape(len(part), -1).astype(np.float32)
        )
        thumbs -= thumbs.mean(axis=1, keepdims=True)
        thumbs /= np.maximum(np.linalg.norm(thumbs, axis=1, keepdims=True), 1.0)
        return thumbs

    mean = np.sum([standardise(part).sum(axis=0) for part in parts], axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-6)
    return np.concatenate([standardise(part) @ mean for part in parts])


def _find_tiny(values: _Values) -> Mask:
    usual = np.median(values.short)
    return np.asarray(
        (values.short < TINY_PX) & (usual >= 2 * TINY_PX) | (values.short * 4 < usual)
    )


def _find_long(values: _Values) -> Mask:
    ratios = values.long / values.short
    return np.asarray((ratios > LONG) & (ratios > 2 * np.median(ratios)))


def _find_saturated(values: _Values) -> Mask:
    return values.is_seen & (values.white > 0.5) & (np.median(values.white) < 0.1)


def _find_dark(values: _Values) -> Mask:
    return values.is_seen & (values.black > 0.95) & (np.median(values.black) < 0.7)


def _find_drawn(values: _Values) -> Mask:
    is_flat = (values.levels <= FEW_LEVELS) & (np.median(values.levels) > 4 * FEW_LEVELS)
    is_paper = (values.paper > PAPER) & (np.median(values.paper) < PAPER / 2)
    return values.is_seen & (is_flat | is_paper)


def _find_opposite(values: _Values) -> Mask:
    is_opposite = values.is_seen & (values.correlations < OPPOSITE)
    return is_opposite & (np.median(values.correlations) > ALIKE)


RULES = (
    _Rule("is much smaller than the rest", "are much smaller than the rest", _find_tiny),
    _Rule(
        "is far longer than wide, or wider than long, unlike the rest",
        "are far longer than wide, or wider than long, unlike the rest",
        _find_long,
    ),
    _Rule(
        "is saturated: more than half of it is white",
        "are saturated: more than half of each is white",
        _find_saturated,
    ),
    _Rule("is black nearly everywhere", "are black nearly everywhere", _find_dark),
    _Rule(
        "looks like a mask, a drawing or a page of text",
        "look like masks, drawings or pages of text",
        _find_drawn,
    ),
    _Rule(
        "is bright where the rest is dark, and dark where it is bright: perhaps inverted",
        "are bright where the rest is dark, and dark where it is bright: perhaps inverted",
        _find_opposite,
        MANY,
    ),
)


def _find_odd_modes(samples: Sequence[Sample]) -> Iterator[Finding]:
    """Images that are stored otherwise than the rest: in colour, with more bits."""
    modes = [" ".join(sample.mode.split()[:2]) for sample in samples]
    (usual, most), *others = Counter(modes).most_common()
    if len(samples) - most > max(1.0, RARE * len(samples)):
        return
    for mode, few in others:
        chosen = [sample for sample, own in zip(samples, modes, strict=True) if own == mode]
        text = f"{count(few, 'image is', 'images are')} {mode}, the rest {usual}."
        groups = tuple(build_group([sample], sample.mode) for sample in chosen)
        yield Finding("odd", "caution", text, groups, LOOK)
