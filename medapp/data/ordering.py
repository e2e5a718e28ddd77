"""Images in the order of what is said of each: numbers as numbers, dates, texts in natural order.

What stands in a column of a table tells what kind of values it has: where at least half of them are
numbers, or dates, these are sorted as such, and other words ("unknown") come after them. Images of
which nothing is said come last, whichever way the others are sorted.
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.data.layouts.order import write_natural_key

Value = str | float | None
# A number, with what people write beside one: "90+", "< 5", "12 %".
_NUMBER = re.compile(r"[<>≤≥~]?\s*([+\-−]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?)\s*[+%]?", re.I)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?.*)?")


def order_values(values: Sequence[Value], is_descending: bool = False) -> NDArray[np.intp]:
    """The places (N,) of values, in their order; equal ones stay as they are.

    Args:
        values: (N,) texts or numbers; None, NaN and blank texts are missing.
        is_descending: the largest first; those that are missing are last all the same.
    """
    groups, keys = _rank(values)
    return np.lexsort((-keys if is_descending else keys, groups))


def read_numbers(values: Sequence[str | None]) -> dict[str, float]:
    """The texts of a column that are numbers, with these, where at least half of the images' are.

    A date is no number. Empty where a column holds words.
    """
    counts = Counter(value.strip() for value in values if value and value.strip())
    found = _read_numbers({text: text for text in counts})
    is_of_numbers = 2 * sum(counts[text] for text in found) >= sum(counts.values())
    return found if is_of_numbers else {}


def _rank(values: Sequence[Value]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Of each value what it is (0 as its column, 1 another word, 2 missing), and a number."""
    counts = Counter(values)
    numbers = {value: _take_number(value) for value in counts if not isinstance(value, str)}
    texts = {value: value.strip() for value in counts if isinstance(value, str)}
    images = {value: counts[value] for value, text in texts.items() if text}
    read = _choose_reading({value: texts[value] for value in images}, images)
    others = [value for value in images if value not in read]
    others.sort(key=lambda value: write_natural_key(texts[value]))
    keys = {value: number for value, number in (numbers | read).items() if number == number}
    places = dict.fromkeys(counts, 2) | dict.fromkeys(keys, 0)
    # Words of a column of words are what the column is about.
    places |= dict.fromkeys(others, 1 if read else 0)
    keys |= {value: float(rank) for rank, value in enumerate(others)}
    groups = np.fromiter((places[value] for value in values), np.int8, len(values))
    return groups, np.fromiter((keys.get(value, 0.0) for value in values), float, len(values))


def _take_number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _choose_reading(texts: Mapping[str, str], images: Mapping[str, int]) -> dict[str, float]:
    """What texts are as numbers, or else as dates, where at least half of the images' are."""
    readings: tuple[Callable[[Mapping[str, str]], dict[str, float]], ...]
    readings = (_read_numbers, _read_dates)
    for reading in readings:
        found = reading(texts)
        if found and 2 * sum(images[value] for value in found) >= sum(images.values()):
            return found
    return {}


def _read_numbers(texts: Mapping[str, str]) -> dict[str, float]:
    """Those texts that are numbers; commas part thousands where all that have one may."""
    with_comma = [text for text in texts.values() if "," in text]
    if with_comma and all(_THOUSANDS.fullmatch(text) for text in with_comma):
        texts = {value: text.replace(",", "") for value, text in texts.items()}
    found = {value: _NUMBER.fullmatch(text) for value, text in texts.items()}
    return {
        value: float(match[1].replace(",", ".").replace("−", "-"))
        for value, match in found.items()
        if match
    }


def _read_dates(texts: Mapping[str, str]) -> dict[str, float]:
    """Those texts that are dates, as days; 3/4/2024 is of March or April as the others tell.

    Where no date of a column tells whether days or months stand first, months do.
    """
    found = {value: _DATE.fullmatch(text) for value, text in texts.items()}
    matches = {value: match for value, match in found.items() if match}
    slashed = [match for match in matches.values() if match[2] == "/" and len(match[1]) < 3]
    is_day_first = any(int(match[1]) > 12 for match in slashed)
    days = {value: _read_date(match, is_day_first) for value, match in matches.items()}
    return {value: day for value, day in days.items() if day is not None}


def _read_date(match: re.Match[str], is_day_first: bool) -> float | None:
    first, sign, second, third = match[1], match[2], match[3], match[4]
    if len(first) == 4:
        year, month, day = first, second, third
    elif sign == "." or is_day_first:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    hour, minute, seconds = (int(match[n] or 0) for n in (5, 6, 7))
    return date.toordinal() + (hour * 3600 + minute * 60 + seconds) / 86_400
