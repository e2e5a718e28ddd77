"""Values of any kind to grey levels: one rule for all images of a container, and said.

A rule that looked at each image would make dark images bright, and a class might be told by that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.png import Calibration, Remarks, encode_png

PERCENTILES = (0.5, 99.5)
_DEPTHS = (10, 12, 14, 16)  # bits of detectors that are stored as 16
_SAMPLED = 2**12  # values that are taken of an image …
_KEPT = 2**22  # … and of all images, for percentiles


@dataclass(frozen=True)
class Levels:
    """Which values are black and white.

    Attributes:
        low, high: black and white.
        bits: 8 for levels of 8 bits; else how many bits were measured, and levels have 16.
        sentence: the rule, for a person; "" where values stay as they are.
        unit: of the values, such as "HU"; "" for none.
        is_cut: values may lie beyond `low` and `high`.
    """

    low: float
    high: float
    bits: int
    sentence: str = ""
    unit: str = ""
    is_cut: bool = False

    def draw(self, values: NDArray[Any], spacing_mm: tuple[float, float] | None = None) -> bytes:
        """A PNG of values (H, W) or (H, W, 3), which says what its numbers stand for; what is no
        number is black.

        Args:
            spacing_mm: from pixel to pixel, down and across; None where unknown.
        """
        if self.bits == 8 and values.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return encode_png(values, Remarks(spacing_mm=spacing_mm))
        most = 255 if self.bits == 8 else 65535
        clipped = np.clip(
            np.nan_to_num(values.astype(np.float64), nan=self.low), self.low, self.high
        )
        width = self.high - self.low
        scaled = (clipped - self.low) * (most / width) if width else np.zeros(values.shape)
        pixels = np.rint(scaled).astype(np.uint8 if self.bits == 8 else np.uint16)
        if self.bits == 8:
            return encode_png(pixels, Remarks(spacing_mm=spacing_mm))
        stands_for = Calibration(self.low, self.high, self.unit, self.is_cut) if width else None
        return encode_png(pixels, Remarks(self.bits, stands_for, spacing_mm))


@dataclass
class _Seen:
    """What is known of the values after some images."""

    low: float = np.inf
    high: float = -np.inf
    are_whole: bool = True
    some: list[NDArray[np.float64]] = field(default_factory=list)


def find_levels(images: Iterable[NDArray[Any]], dtype: "np.dtype[Any]", count: int) -> Levels:
    """The rule for all images of a container.

    8-bit values stay, and so do whole numbers in any other form: within 0 to 255 as 8 bits, within
    0 to 65535 stretched from the smallest usual depth that holds all of them. Fractions within
    0 to 1, or -1 to 1, have these as black and white; what goes beyond, the 0.5 and the 99.5
    percentile of all images.

    Args:
        images: each image's values; read once, and no further than is needed.
        dtype: of the values.
        count: of the images.
    """
    if dtype.kind == "b":
        return Levels(0, 1, 8)
    if dtype == np.uint8:
        is_binary = all(image.size == 0 or image.max() <= 1 for image in images)
        return (
            Levels(0, 1, 8, "No value is above 1, so 1 is white.")
            if is_binary
            else Levels(0, 255, 8)
        )
    seen = _look(images, max(64, min(_SAMPLED, _KEPT // max(1, count))))
    if seen.low > seen.high:
        return Levels(0, 1, 8, "The images hold no finite number.")
    if seen.low >= 0 and seen.high <= 1:
        return Levels(0, 1, 8 if seen.are_whole else 16, "Values from 0 to 1: 0 is black, 1 white.")
    if seen.are_whole and seen.low >= 0 and seen.high <= 255:
        return Levels(0, 255, 8, "Whole numbers from 0 to 255 are kept as 8 bits.")
    if seen.are_whole and seen.low >= 0 and seen.high <= 65535:
        bits = next(depth for depth in _DEPTHS if seen.high < 2**depth)
        white = 2**bits - 1
        return Levels(0, white, bits, f"Values of {bits} bits: 0 is black and {white:,} white.")
    if seen.low >= -1 and seen.high <= 1:
        return Levels(-1, 1, 16, "Values from -1 to 1: -1 is black, 1 white.")
    return _cut(seen)


def _look(images: Iterable[NDArray[Any]], sampled: int) -> _Seen:
    seen = _Seen()
    for image in images:
        values = image.reshape(-1).astype(np.float64)
        values = values[np.isfinite(values)]
        if not values.size:
            continue
        seen.low = min(seen.low, float(values.min()))
        seen.high = max(seen.high, float(values.max()))
        seen.are_whole = seen.are_whole and bool((values == np.trunc(values)).all())
        if len(seen.some) * sampled < 2 * _KEPT:
            seen.some.append(values[:: -(-values.size // sampled)])
    return seen


def _cut(seen: _Seen) -> Levels:
    """From percentile to percentile; from the least to the largest where these are one value."""
    low, high = (float(value) for value in np.percentile(np.concatenate(seen.some), PERCENTILES))
    words = f"{PERCENTILES[0]:g} and {PERCENTILES[1]:g} percentile of all images"
    if low == high:
        low, high = seen.low, seen.high
        words = "least and the largest value of all images"
    sentence = f"Black and white are the {words}: {low:.4g} and {high:.4g}."
    return Levels(low, high, 16, sentence, is_cut=(low, high) != (seen.low, seen.high))
