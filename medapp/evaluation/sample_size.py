"""How many images it would take to know a figure twice as well."""

import math

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines, write_title
from medapp.evaluation.intervals import Interval, find_wilson


def find_times_to_halve(value: float, interval: Interval) -> float | None:
    """How many times as many patients would make an interval half as wide, all else being equal.

    The interval is taken for a score interval: the number of observations that it is worth is the
    one whose interval is as wide. About 4 where that is large, less near 0 and 1, where intervals
    shrink faster.

    Args:
        value: in 0 to 1.

    Returns:
        None where the interval has no width.
    """
    wanted = interval[1] - interval[0]
    if wanted <= 0 or not 0 <= value <= 1:
        return None
    return _find_worth(value, wanted / 2) / _find_worth(value, wanted)


def find_times_to_reach(value: float, interval: Interval, floor: float) -> float | None:
    """How many times as many patients would put a whole interval on one side of a floor.

    The interval is taken for a score interval, see `find_times_to_halve`.

    Args:
        value, interval: in 0 to 1; the floor lies within the interval.

    Returns:
        None where the figure is the floor, or more than a million observations would be needed.
    """
    worth = _find_worth(value, interval[1] - interval[0])
    is_above = value > floor
    low, high = math.log(worth), math.log(1e6)
    if value == floor or not _is_beyond(value, math.exp(high), floor, is_above):
        return None
    for _ in range(100):
        middle = (low + high) / 2
        if _is_beyond(value, math.exp(middle), floor, is_above):
            high = middle
        else:
            low = middle
    return math.exp(high) / worth


def _is_beyond(value: float, worth: float, floor: float, is_above: bool) -> bool:
    low, high = find_wilson(value, worth)
    return low >= floor if is_above else high < floor


def state_sample_size(evaluation: Evaluation) -> str:
    """One sentence beside the headline; empty where nothing can be said."""
    headline = list_headlines(evaluation)[0]
    if headline.value is None or headline.interval is None or evaluation.units < 2:
        return ""
    low, high = headline.interval
    value = headline.value
    if headline.name == "quadratic_kappa":
        value, low, high = (value + 1) / 2, (low + 1) / 2, (high + 1) / 2
    elif headline.name == "mean_absolute_error":
        most = len(evaluation.classes) - 1
        value, low, high = value / most, low / most, high / most
    times = find_times_to_halve(value, (low, high))
    if times is None:
        return ""
    needed = round_up(evaluation.units * times)
    return (
        f"An interval of the {write_title(headline.name)} half as wide would take about"
        f" {needed:,} {evaluation.counted} in place of {evaluation.units:,}."
    )


def _find_worth(value: float, width: float) -> float:
    """The number of observations whose score interval is so wide, by bisection on its logarithm."""
    low, high = math.log(1e-3), math.log(1e12)
    for _ in range(100):
        middle = (low + high) / 2
        ends = find_wilson(value, math.exp(middle))
        if ends[1] - ends[0] > width:
            low = middle
        else:
            high = middle
    return math.exp(high)


def round_up(number: float) -> int:
    """Two digits, rounded up: more would claim too much."""
    step = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return int(math.ceil(number / step - 1e-9) * step)
