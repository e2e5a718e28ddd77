"""Figures and probabilities in words: the same digits wherever they are read."""

from collections.abc import Sequence


def write_figure(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A figure with three digits and its 95% interval (low, high), such as 0.934 [0.910, 0.951].

    "1.000" and "0.000" stand for all and none alone: what is near them is ">0.999" or "<0.001". A
    value of None is "undefined"; without an interval the brackets are left out.
    """
    if value is None:
        return "undefined"
    written = _round(value, 3)
    return written if interval is None else f"{written} {write_interval(interval)}"


def write_interval(interval: Sequence[float]) -> str:
    """A 95% interval (low, high), such as [0.910, 0.951]."""
    low, high = interval
    return f"[{_round(low, 3)}, {_round(high, 3)}]"


def write_probability(value: float) -> str:
    """A model's probability with two digits.

    A model is never certain, whatever rounding made of its last digits: "0.00" and "1.00" are
    written "<0.01" and ">0.99", so that the probabilities of an image still add up.
    """
    return _round(min(max(value, 1e-9), 1 - 1e-9), 2)


def write_p(p: float) -> str:
    """A p with three digits, such as "p = 0.034" or "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def write_often(p: float) -> str:
    """How often something comes about, such as "in 3 of 100 studies"."""
    if p < 0.001:
        return "in fewer than 1 of 1,000 studies"
    times, of = (round(1000 * p), "1,000") if p < 0.0995 else (round(100 * p), "100")
    return f"in {times} of {of} studies"


def _round(value: float, digits: int) -> str:
    """A value in 0 to 1, rounded; an end is written for the end alone."""
    step = 10.0**-digits
    if 0 < value < step / 2:
        return f"<{step:.{digits}f}"
    if 1 - step / 2 < value < 1:
        return f">{1 - step:.{digits}f}"
    return f"{value:.{digits}f}"
