"""Figures and probabilities in words: the same digits wherever they are read."""

from collections.abc import Sequence


def write_figure(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A figure with three digits and its 95% interval (low, high), such as 0.934 [0.910, 0.951].

    A value of None is "undefined"; without an interval the brackets are left out.
    """
    if value is None:
        return "undefined"
    return f"{value:.3f}" if interval is None else f"{value:.3f} {write_interval(interval)}"


def write_interval(interval: Sequence[float]) -> str:
    """A 95% interval (low, high), such as [0.910, 0.951]."""
    low, high = interval
    return f"[{low:.3f}, {high:.3f}]"


def write_probability(value: float) -> str:
    """A probability with two digits, and never 0.00 or 1.00 for what is neither."""
    if 0 < value < 0.005:
        return "<0.01"
    return ">0.99" if 0.995 <= value < 1 else f"{value:.2f}"
