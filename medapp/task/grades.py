"""The order of grades as their names tell it: by a number, a Roman numeral, or a word of degree."""

import re
from collections.abc import Collection

from medapp.errors import DataError

# Words of degree, those of one degree together, from nothing to most.
DEGREES = (
    {"no", "none", "normal", "healthy", "absent", "negative", "nothing", "benign"},
    {"questionable", "doubtful", "possible", "trace", "suspicious", "borderline"},
    {"minimal", "minor", "slight", "early"},
    {"mild", "low", "small"},
    {"moderate", "medium", "intermediate"},
    {"severe", "high", "marked", "large", "advanced", "major"},
    {"critical", "proliferative", "extreme", "end"},
)
# What counts against a degree that a name has besides: "non-proliferative", "not severe".
NEGATIONS = {"non", "not", "without"}
_ROMAN = {
    name: i
    for i, name in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), 1)
}

Rank = tuple[float, str]


def order_grades(names: Collection[str]) -> tuple[str, ...]:
    """Names of grades from the lowest to the highest.

    Raises:
        DataError: they do not all have a number, or not all a word of degree, or two are equal.
    """
    for rank in (_rank_number, _rank_roman, _rank_word):
        ranks = {name: rank(name) for name in names}
        known = [found for found in ranks.values() if found is not None]
        if len(known) == len(names) == len(set(known)):
            return tuple(sorted(names, key=lambda name: ranks[name] or (0.0, "")))
    raise DataError(
        f"The names {', '.join(sorted(names))} do not tell which grade is the lowest and which the"
        " highest.",
        remedy="Name the grades in their order, the lowest first.",
    )


def _rank_number(name: str) -> Rank | None:
    """The only number in a name and a letter alone after it, such as (4, "a") of BI-RADS 4a."""
    found = re.findall(r"(\d+(?:\.\d+)?)((?:[a-z](?![a-z]))?)", name.casefold())
    return (float(found[0][0]), found[0][1]) if len(found) == 1 else None


def _rank_roman(name: str) -> Rank | None:
    found = re.findall(r"(?<![a-z])([ivx]+)([a-c]?)(?![a-z])", name.casefold())
    if len(found) != 1 or found[0][0] not in _ROMAN:
        return None
    return float(_ROMAN[found[0][0]]), found[0][1]


def _rank_word(name: str) -> Rank | None:
    words = re.findall(r"[a-z]+", name.casefold())
    if NEGATIONS.intersection(words):
        return None
    degrees = [i for i, degree in enumerate(DEGREES) if degree.intersection(words)]
    return (float(degrees[0]), "") if len(degrees) == 1 else None
