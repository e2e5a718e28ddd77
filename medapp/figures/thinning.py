"""Fewer points for a line: what can be told apart on a screen."""

import sys

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 500
ALL_POINTS = sys.maxsize


def thin_out(count: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Which of `count` points to draw: at most `most`, evenly spread from the first to the last."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).round().astype(np.intp)
