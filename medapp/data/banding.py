"""Images parted by what is said of each: values as they are, numbers in bands.

Ages are parted where clinics part them, other numbers into four bands of about as many images.
"""

from collections.abc import Sequence

import numpy as np

from medapp.data.layouts.order import write_natural_key
from medapp.data.ordering import read_numbers
from medapp.errors import DataError

MOST_VALUES = 12  # of a column whose values stand for themselves
FEW_NUMBERS = 6  # so many different numbers, or fewer, are no scale but names
BANDS = 4
AGES = (18, 40, 65)  # years, the first of each band but the lowest


def band_values(
    values: Sequence[str | None], column: str
) -> tuple[list[str | None], tuple[str, ...]]:
    """The group of each image, None where nothing is said, and the groups in their order.

    Args:
        values: (N,) what a column says of each image.
        column: its name; "age" is parted at `AGES`.

    Raises:
        DataError: there are more than `MOST_VALUES` different words.
    """
    texts = [value.strip() if value and value.strip() else None for value in values]
    numbers = read_numbers(texts)
    if len(set(numbers.values())) > FEW_NUMBERS or (numbers and column.lower() == "age"):
        return _band_numbers(texts, numbers, column)
    groups = sorted({text for text in texts if text is not None}, key=write_natural_key)
    if len(groups) > MOST_VALUES:
        raise DataError(
            f"{column} has {len(groups):,} different values, which are too many groups to compare.",
            remedy=f"Choose a column with at most {MOST_VALUES} values, or with numbers.",
        )
    return texts, tuple(groups)


def _band_numbers(
    texts: Sequence[str | None], numbers: dict[str, float], column: str
) -> tuple[list[str | None], tuple[str, ...]]:
    """Bands of numbers; words among them are groups of their own, after the bands."""
    known = np.array([numbers[text] for text in texts if text in numbers])
    if column.lower() == "age":
        starts = np.array(AGES, dtype=float)
    else:
        starts = np.unique(np.quantile(known, np.arange(1, BANDS) / BANDS, method="higher"))
        starts = starts[starts > known.min()]
    bands = np.searchsorted(starts, known, side="right")
    names = {int(band): _name_band(known, bands, int(band), starts, column) for band in bands}
    found = [
        names[int(np.searchsorted(starts, numbers[text], side="right"))]
        if text in numbers
        else text
        for text in texts
    ]
    words = sorted({text for text in texts if text and text not in numbers}, key=write_natural_key)
    return found, (*(names[band] for band in sorted(names)), *words)


def _name_band(
    known: np.ndarray[tuple[int], np.dtype[np.float64]],
    bands: np.ndarray[tuple[int], np.dtype[np.intp]],
    band: int,
    starts: np.ndarray[tuple[int], np.dtype[np.float64]],
    column: str,
) -> str:
    """A band by its ages, or by the lowest and the highest number in it."""
    if column.lower() == "age":
        if band == 0:
            return f"under {AGES[0]}"
        return (
            f"{AGES[band - 1]} to {AGES[band] - 1}" if band < len(AGES) else f"{AGES[-1]} and over"
        )
    low, high = known[bands == band].min(), known[bands == band].max()
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
