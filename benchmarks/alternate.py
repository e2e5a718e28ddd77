"""Two or more ways to do the same thing, timed in turn, so that a machine whose speed drifts is fair to all."""

import statistics
from collections.abc import Callable, Mapping

Seconds = dict[str, list[float]]


def alternate(ways: Mapping[str, Callable[[], float]], repeats: int) -> Seconds:
    """Each way once a round, in the same order; a way gives its own seconds."""
    measured: Seconds = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            measured[name].append(way())
    return measured


def ratio(a: list[float], b: list[float]) -> float:
    """The median over the rounds of a / b within a round."""
    return statistics.median(x / y for x, y in zip(a, b, strict=True))
