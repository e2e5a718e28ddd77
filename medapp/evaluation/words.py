"""A figure in words: the same digits wherever the figure is read."""

from collections.abc import Sequence


def write_figure(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A figure of three digits with its 95% interval (low, high), such as 0.934 [0.910, 0.951].

    None as the value is "undefined"; no interval leaves the brackets out.
    """
    if value is None:
        return "undefined"
    return f"{value:.3f}" if interval is None else f"{value:.3f} {write_interval(interval)}"


def write_interval(interval: Sequence[float]) -> str:
    """A 95% interval (low, high), such as [0.910, 0.951]."""
    low, high = interval
    return f"[{low:.3f}, {high:.3f}]"
