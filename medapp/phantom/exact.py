"""Arithmetic whose last bit is the same on every machine.

IEEE 754 fixes the result of +, −, ×, ÷, square root, comparison and floor, so an array that is made
of them alone has the same bytes on any processor, operating system and NumPy version. It does not
fix exp, log, sin or pow, nor the order in which a SIMD loop adds up, nor whether a matrix product
fuses its multiply-adds. So there is none of these here: sums are over integers or in a written
order, and each function returns the same bits wherever it runs.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LN2 = 0.6931471805599453


class Stream:
    """A stream of random numbers of its own for each (seed, number): Philox, a counter cipher of
    integers alone.
    """

    def __init__(self, seed: int, number: int) -> None:
        self._bits = np.random.Philox(key=(seed << 64) | number)

    def draw(self, low: float = 0.0, high: float = 1.0) -> float:
        """One number, uniform in [low, high)."""
        return low + (high - low) * float(self._bits.random_raw() >> 11) / 2.0**53

    def draw_many(self, count: int, low: float = 0.0, high: float = 1.0) -> Floats:
        """(count,) numbers, uniform in [low, high)."""
        return low + (high - low) * (
            (self._raw(count) >> np.uint64(11)).astype(np.float64) / 2.0**53
        )

    def choose(self, count: int) -> int:
        """A whole number in 0 … count − 1."""
        return int(self.draw(0.0, count))

    def draw_normal(self, height: int, width: int) -> Floats:
        """(height, width) numbers of mean 0 and variance 1, within ±3.47: sums of four 16-bit
        uniforms (Irwin–Hall).
        """
        parts = self._raw(height * width).view(np.uint16).reshape(-1, 4).astype(np.float64)
        total = parts[:, 0] + parts[:, 1] + parts[:, 2] + parts[:, 3] - 131070.0
        return (total * (1.7320508075688772 / 65536.0)).reshape(height, width)

    def _raw(self, count: int) -> NDArray[np.uint64]:
        raw: Any = self._bits.random_raw(count)
        return np.asarray(raw, np.uint64)


def exp(x: Floats) -> Floats:
    """e to the x for |x| < 20, to about 1e-11: Taylor for x / 1024, then ten squarings."""
    y = x * (1.0 / 1024.0)
    y = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0)))))
    for _ in range(10):
        y = y * y
    return y


def log(x: Floats) -> Floats:
    """Natural logarithm of x > 0, to about 1e-8: 2 artanh((m − 1) / (m + 1)) of the mantissa m, as
    a series.
    """
    mantissa, exponent = np.frexp(x)
    t = (mantissa - 1.0) / (mantissa + 1.0)
    q = t * t
    series = np.full_like(t, 1.0 / 13.0)
    for odd in (11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        series = series * q + 1.0 / odd
    return 2.0 * t * series + exponent * _LN2


def smooth(image: Floats, passes: int) -> Floats:
    """(H, W) blurred by the binomial (1, 2, 1) / 4 on both axes.

    A pass adds half a px² of variance. Edges repeat.
    """
    for _ in range(passes):
        tall = np.pad(image, ((1, 1), (0, 0)), mode="edge")
        image = 0.25 * (tall[:-2] + tall[2:]) + 0.5 * image
        wide = np.pad(image, ((0, 0), (1, 1)), mode="edge")
        image = 0.25 * (wide[:, :-2] + wide[:, 2:]) + 0.5 * image
    return image


def spread(image: Floats, radius: int) -> Floats:
    """(H, W) below 1000 blurred widely, twice by a box of 2 radius + 1 cells of 4 pixels. H and W
    are multiples of 4.

    In fixed point, because sums of whole numbers do not depend on their order. Edges repeat.
    """
    pairs = image[0::2] + image[1::2]
    pairs = pairs[:, 0::2] + pairs[:, 1::2]
    pairs = pairs[0::2] + pairs[1::2]
    cells = (pairs[:, 0::2] + pairs[:, 1::2]) / 16.0
    side = 2 * radius + 1
    for _ in range(4):
        whole = np.floor(cells * 2.0**30).astype(np.int64)
        sums = np.cumsum(np.pad(whole, [(radius + 1, radius), (0, 0)], mode="edge"), axis=0)
        cells = (sums[side:] - sums[:-side]).astype(np.float64).T / (side * 2.0**30)
    rows, columns = ((np.arange(n, dtype=np.float64) - 1.5) / 4.0 for n in image.shape)
    return interpolate(cells, rows, columns)


def interpolate(grid: Floats, rows: Floats, columns: Floats) -> Floats:
    """(len(rows), len(columns)) values of a (h, w) grid at fractional positions, by quadratic
    B-splines.

    Smooth, and a line stays a line. Past an edge the edge goes on.
    """
    for positions in (rows, columns):
        nearest = np.floor(positions + 0.5)
        t = (positions - nearest)[:, None]
        last = grid.shape[0] - 1
        before, middle, after = (
            np.clip(nearest.astype(np.int64) + step, 0, last) for step in (-1, 0, 1)
        )
        low = 0.5 * (0.5 - t) * (0.5 - t)
        high = 0.5 * (0.5 + t) * (0.5 + t)
        grid = (low * grid[before] + (0.75 - t * t) * grid[middle] + high * grid[after]).T
    return grid
