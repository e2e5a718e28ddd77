"""A series of losses without its jumps."""

from collections.abc import Sequence


def smooth(values: Sequence[float], smoothing: float) -> list[float]:
    """The exponential moving average of values, with its bias at the beginning corrected.

    mₜ = b·mₜ₋₁ + (1 − b)·xₜ from m₀ = 0, divided by 1 − bᵗ (Kingma & Ba 2015, arXiv:1412.6980,
    section 3), so that the first value is the first average.

    Args:
        smoothing: b, 0 to below 1.
    """
    smoothed = []
    average = 0.0
    for number, value in enumerate(values, start=1):
        average = smoothing * average + (1 - smoothing) * value
        smoothed.append(average / (1 - smoothing**number))
    return smoothed
