"""Two evaluations beside one another, figure by figure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import METHOD

# What figures are compared to: sums in another order differ in the last digit of a double.
TOLERANCE = 1e-12
# What is said beside the figures and does not follow from probabilities.
BESIDE = ("notes", "split", "dataset", "computed", "looks", "method")


@dataclass(frozen=True)
class Difference:
    """A figure that is not what it should be; `figure` is its place, such as "accuracy"."""

    figure: str
    kept: Any
    made: Any

    def __str__(self) -> str:
        return f"{self.figure} is written as {self.kept}, and is {self.made}"


def compare_figures(kept: Evaluation, made: Evaluation) -> list[Difference]:
    """What is written differently from what was made again.

    Intervals of an older method are left out.
    """
    leaves = dict(_list_leaves(kept.to_dict(), kept.method != METHOD))
    again = dict(_list_leaves(made.to_dict(), kept.method != METHOD))
    # A file from before a figure was known lacks it, and says nothing wrong.
    places = [place for place in leaves if place in again or leaves[place] is not None]
    places += [place for place in again if place not in leaves and kept.method == METHOD]
    return [
        Difference(place, leaves.get(place), again.get(place))
        for place in places
        if not _is_equal(leaves.get(place), again.get(place))
    ]


def count_figures(kept: Evaluation) -> int:
    """How many values of an evaluation are compared."""
    leaves = _list_leaves(kept.to_dict(), kept.method != METHOD)
    return sum(isinstance(value, int | float) for _, value in leaves)


def _list_leaves(values: Any, skips_intervals: bool, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no table or list, with its place."""
    if not isinstance(values, dict | list):
        yield place, values
        return
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    for name, value in pairs:
        if name not in BESIDE and not (skips_intervals and name == "intervals"):
            yield from _list_leaves(value, skips_intervals, f"{place} {name}".strip())


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(one == other)
