"""What a reader gives, and what all readers share: limits of size, the stretch to 16 bits."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ImageError

MAX_PIXELS = 100_000_000  # a mammogram has 20 million; a file of a few kB can claim billions


@dataclass(frozen=True)
class Picture:
    """A decoded file.

    Attributes:
        pixels: (H, W) or (H, W, 3), uint8 or uint16, upright, bright is high.
        stored_as: what the file holds where that is more or other than the array says, such as
            "palette"; else "".
        format: such as "PNG".
    """

    pixels: NDArray[Any]
    stored_as: str
    format: str


Reader = Callable[[IO[bytes]], Picture]


def silence_libraries() -> None:
    """Keep libraries from warning on standard error of what they mended in a file.

    Pillow's warning of large images is silenced too: `check_size` has a stricter limit.
    """
    warnings.filterwarnings("ignore", module="PIL|pydicom")
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def check_size(width: int, height: int) -> None:
    """Raise ImageError where an image has no pixels, or more than `MAX_PIXELS`."""
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"it has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million"
        )
    if width < 1 or height < 1:
        raise ImageError("it has no pixels")


def find_range(values: NDArray[np.float64]) -> tuple[float, float]:
    """The lowest and the highest value that is a finite number; 0 and 0 without any."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def stretch(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint16]:
    """Values to uint16: `low` and less, and what is no number, to 0; `high` and more to 65535."""
    known = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    scale = 65535.0 / (high - low) if high > low else 0.0
    return np.rint((known - low) * scale).astype(np.uint16)
