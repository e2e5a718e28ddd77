"""The figures that a file holds beside those that were made again, value by value."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What figures are compared to: sums in another order differ in the last digit of a double.
TOLERANCE = 1e-12
# What is said beside the figures and does not follow from probabilities.
BESIDE = ("notes", "split", "dataset", "computed", "looks", "method")
INTERVALS = "intervals"
CLASSES = "per_class"


@dataclass(frozen=True)
class Pair:
    """A value as it is written, and as it was made again; `place` is such as "accuracy"."""

    place: str
    kept: Any
    made: Any

    @property
    def is_equal(self) -> bool:
        """Whether both are the same, floats to the last digits."""
        if isinstance(self.kept, float) and isinstance(self.made, int | float):
            return math.isclose(self.kept, self.made, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return bool(self.kept == self.made)

    def __str__(self) -> str:
        return f"{self.place} is written as {_write(self.kept)}, and is {_write(self.made)}"


def pair_figures(
    kept: Mapping[str, Any], made: Mapping[str, Any], with_intervals: bool = True
) -> list[Pair]:
    """Each value of an evaluation's JSON with the one that was made again.

    What a file from before a figure was known lacks is not compared.
    """
    return [
        pair
        for pair in _walk(kept, made, "")
        if with_intervals or INTERVALS not in pair.place.split(" ")
    ]


def _walk(kept: Any, made: Any, place: str) -> Iterator[Pair]:
    if isinstance(kept, Mapping) and isinstance(made, Mapping):
        if place.endswith(CLASSES) and kept.keys() != made.keys():
            yield Pair(f"{place} names", sorted(kept), sorted(made))
        for name in kept:
            # Older files hold none where each image has one label.
            is_older = name == "average_precision" and kept[name] is None
            if name not in BESIDE and not is_older:
                yield from _walk(kept[name], made.get(name), f"{place} {name}".strip())
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for i, (one, other) in enumerate(zip(kept, made, strict=True)):
            yield from _walk(one, other, f"{place} {i}".strip())
    else:
        yield Pair(place, kept, made)


def _write(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    return "missing" if value is None else str(value)
