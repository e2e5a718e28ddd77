"""The values of an image that its file means, for windows and a reading in the browser."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.readers.picture import HOUNSFIELD, Measured
from medapp.imaging.windows import NAMED

LONGEST = 1024  # values of a row or column that are sent; of a larger image every second, third, …
LEAST = -32768
NOTHING = LEAST  # stands for a pixel without a measurement, where there are some
STEPS = 65_534  # between the least and the largest value that are sent, besides `NOTHING`
WIDE = (0.5, 99.5)  # percentiles of the windows that are offered for values without a unit
NARROW = (5.0, 95.0)


@dataclass(frozen=True)
class Depth:
    """Values for windows.

    Attributes:
        values: (h, w) int16: of every `step`-th value of each row and column
            `(value - offset) / scale`.
        has_gaps: the least number, `NOTHING`, stands for no value.
        scale: 1 where values are whole numbers and are sent as they are.
        level, range: of the window that a reader's drag begins with, in the values' unit.
        unit: such as "HU", or "" where the values have none.
        presets: name to level and width.
        is_inverted: the least value is white.
        limits: at these values, and beyond them, the file was cut; None where it was not.
    """

    values: NDArray[np.int16]
    step: int
    offset: float
    level: float
    range: float
    unit: str
    presets: Mapping[str, tuple[float, float]]
    scale: float = 1.0
    has_gaps: bool = False
    is_inverted: bool = False
    limits: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the browser, see `window_level.js`."""
        height, width = self.values.shape
        return {
            "values": base64.b64encode(self.values.astype("<i2").tobytes()).decode(),
            "width": width,
            "height": height,
            "step": self.step,
            "offset": self.offset,
            "scale": self.scale,
            "nothing": NOTHING if self.has_gaps else None,
            "level": self.level,
            "range": self.range,
            "unit": self.unit,
            "isInverted": self.is_inverted,
            "limits": list(self.limits) if self.limits else None,
            "presets": [
                {
                    "name": f"{name} {level:g}/{width:g}".replace("-", "−"),
                    "level": level,
                    "range": width,
                }
                for name, (level, width) in self.presets.items()
            ],
        }


def build_depth(
    measured: Measured | None, window: tuple[float, float] | None = None
) -> Depth | None:
    """What a reader can set a window on; None where a file's values are what a screen shows.

    Args:
        window: level and width that a drag begins with; None for those that the file is shown with.
    """
    if measured is None:
        return None
    step = -(-max(measured.values.shape) // LONGEST)
    values = measured.compute(step)
    gaps = measured.find_padding(step)
    known = values[~gaps]
    if not known.size:
        return None
    sent, offset, scale = _fit(values, known, gaps)
    is_exact = scale == 1
    presets = NAMED if measured.unit == HOUNSFIELD else dict(_list_presets(known, is_exact))
    ends = measured.ends or _find_ends(known, WIDE)
    level, range_ = window or measured.window or _to_window(ends, is_exact)
    return Depth(
        sent,
        step,
        offset,
        level,
        range_,
        measured.unit,
        presets,
        scale,
        bool(gaps.any()),
        measured.is_inverted,
        measured.limits,
    )


def _fit(
    values: NDArray[Any], known: NDArray[Any], gaps: NDArray[np.bool_]
) -> tuple[NDArray[np.int16], float, float]:
    """Values (h, w) as 16-bit integers, with the offset and the scale that lead back.

    Whole numbers that fit stay exact; others lose what is finer than a 65,534th of their range.

    Args:
        known: those that are measurements.
        gaps: (h, w) which of the values are none.
    """
    low, high = known.min(), known.max()
    least = LEAST + bool(gaps.any())
    if values.dtype.kind == "i" and high - low <= -LEAST - 1 - least:
        offset = 0.0 if least <= low and high < -LEAST else float(low) - least
        codes = values - offset
        scale = 1.0
    else:
        scale = float(high - low) / STEPS or 1.0
        offset = float(low) - (LEAST + 1) * scale
        codes = np.rint((np.where(gaps, low, values) - offset) / scale)
    return np.where(gaps, NOTHING, codes).astype(np.int16), offset, scale


def _list_presets(known: NDArray[Any], is_exact: bool) -> Iterator[tuple[str, tuple[float, float]]]:
    """Windows for values of which no unit says what is what: from what is there."""
    yield "least to largest", _to_window((float(known.min()), float(known.max())), is_exact)
    for low, high in (WIDE, NARROW):
        ends = _find_ends(known, (low, high))
        yield f"{low:g} to {high:g} percentile", _to_window(ends, is_exact)


def _find_ends(known: NDArray[Any], percentiles: tuple[float, float]) -> tuple[float, float]:
    low, high = np.percentile(known, percentiles)
    return float(low), float(high)


def _to_window(ends: tuple[float, float], is_exact: bool) -> tuple[float, float]:
    """Level and width of the window whose ends are black and white.

    Args:
        is_exact: values are whole numbers, and so are the window's (PS3.3 C.11.2.1.2.1, LINEAR);
            else any number will do (C.11.2.1.3.2, LINEAR_EXACT).
    """
    low, high = ends
    if is_exact:
        return round((low + high + 1) / 2), max(2, round(high - low + 1))
    width = high - low or 1.0
    return float(f"{(low + high) / 2:.4g}"), float(f"{width:.4g}")
