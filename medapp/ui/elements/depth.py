"""The values of an image that are deeper than a screen shows, for windows in the browser."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.readers.picture import Measured
from medapp.imaging.windows import NAMED

LONGEST = 1024  # values of a row or column that are sent; of a larger image every second, third, …
LEAST = -32768


@dataclass(frozen=True)
class Depth:
    """Values for windows.

    Attributes:
        values: (h, w) int16: every `step`-th value of each row and column, less `offset`.
        level, range: of the window that a reader's drag begins with, in the values' unit.
        unit: "HU", or "" where the values have none.
        presets: name to level and width.
    """

    values: NDArray[np.int16]
    step: int
    offset: int
    level: float
    range: float
    unit: str
    presets: Mapping[str, tuple[float, float]]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the browser, see `window_level.js`."""
        height, width = self.values.shape
        return {
            "values": base64.b64encode(self.values.astype("<i2").tobytes()).decode(),
            "width": width,
            "height": height,
            "step": self.step,
            "offset": self.offset,
            "level": self.level,
            "range": self.range,
            "unit": self.unit,
            "presets": [
                {
                    "name": f"{name} {level:g}/{width:g}".replace("-", "−"),
                    "level": level,
                    "range": width,
                }
                for name, (level, width) in self.presets.items()
            ],
        }


def build_depth(image: NDArray[Any], measured: Measured | None) -> Depth | None:
    """What a reader can set a window on; None for 8 bits and for colour.

    Args:
        image: (H, W) or (H, W, 3), as `read_image` gives it.
        measured: the CT numbers behind it; None where there are none.
    """
    step = -(-max(image.shape[:2]) // LONGEST)
    if measured is not None:
        stored = measured.values[::step, ::step].astype(np.float64)
        numbers = np.rint(stored * measured.slope + measured.intercept)
        values = np.clip(numbers, LEAST, -LEAST - 1).astype(np.int16)
        low, high = np.percentile(values, (0.5, 99.5))
        level, range_ = measured.window or (round((low + high) / 2), max(2, round(high - low)))
        return Depth(values, step, 0, level, range_, "HU", NAMED)
    if image.ndim == 2 and image.dtype == np.uint16:
        moved = (image[::step, ::step].astype(np.int32) + LEAST).astype(np.int16)
        return Depth(moved, step, -LEAST, -LEAST, 2 * -LEAST, "", {})
    return None
