"""Two or more ways to do the same thing, timed in turn, so that a machine whose speed drifts is
fair to all.
"""

import statistics
import time
from collections.abc import Callable, Mapping

Seconds = dict[str, list[float]]


def alternate(ways: Mapping[str, Callable[[], float]], repeats: int) -> Seconds:
    """Each way once a round, in the same order; a way gives its own seconds."""
    measured: Seconds = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            measured[name].append(way())
    return measured


def time_way(way: Callable[[], object]) -> Callable[[], float]:
    """A way that gives its own seconds, from one that gives anything."""

    def timed() -> float:
        before = time.perf_counter()
        way()
        return time.perf_counter() - before

    return timed


def ratio(a: list[float], b: list[float]) -> float:
    """The median over the rounds of a / b within a round."""
    return statistics.median(x / y for x, y in zip(a, b, strict=True))
