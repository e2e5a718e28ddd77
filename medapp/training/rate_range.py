"""The learning rate range test: the loss over a rate that rises from step to step.

The rate rises exponentially from far too small to far too large within some hundred steps (Smith
2017, arXiv:1506.01186, section 3.3). Plain numbers here; `runs.rate` takes the steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from medapp.training.smoothing import smooth

STEPS = 100
SPAN = 1000.0  # of the lowest rate to the default one, and of that to the highest
HIGHEST = 10.0  # that a recipe may ask for
SMOOTHING = 0.9
EXPLODED = 4.0  # times the lowest loss so far
LEVEL = 10  # steps at the beginning, in which next to nothing is learned
LEAST_FALL = 0.02  # of the loss at the beginning
REACH = 5  # steps before and after one, over which the curve's slope there is taken


@dataclass(frozen=True)
class RateRange:
    """What a range test found.

    Attributes:
        rates: of the head, a step each, rising.
        losses: of each step's batch before the step was taken, in nats.
        smoothed: the losses without their jumps.
        has_exploded: the loss grew out of bounds, or was no number, before all steps were taken.
        suggestion: the rate to train with; None where the curve tells none.
        reason: why it is that one, or why there is none.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    has_exploded: bool
    suggestion: float | None
    reason: str


def list_rates(default: float) -> list[float]:
    """The rates (`STEPS`,) of a test, evenly in the logarithm, around a strategy's default."""
    lowest, highest = default / SPAN, min(HIGHEST, default * SPAN)
    ratio = (highest / lowest) ** (1 / (STEPS - 1))
    return [lowest * ratio**step for step in range(STEPS)]


def has_exploded(losses: Sequence[float]) -> bool:
    """Whether the smoothed loss is far above its lowest, and above where it began."""
    smoothed = smooth(losses, SMOOTHING)
    return bool(smoothed) and smoothed[-1] > max(EXPLODED * min(smoothed), smoothed[0])


def read_range(rates: Sequence[float], losses: Sequence[float], exploded: bool) -> RateRange:
    """Suggest a rate: that at which the smoothed loss falls fastest, step by step.

    That is the rule of fastai's finder called `steep` (Howard & Gugger 2020, arXiv:2002.04688). Its
    other one, a tenth of the rate with the lowest loss, tells nothing of few images, which are
    learned by heart before any rate is too high. There is no suggestion where the loss falls by no
    more than single batches differ by chance, or by less than a fiftieth.

    Args:
        rates, losses: a step each; at least one.
        exploded: the test was ended because the loss grew out of bounds.
    """
    smoothed = smooth(losses, SMOOTHING)
    # By chance an early batch may have a low loss, where nothing is learned yet.
    lowest = min(range(min(LEVEL, len(losses) - 1), len(losses)), key=smoothed.__getitem__)
    level = fmean(losses[:LEVEL])
    spread = stdev(losses[:LEVEL]) if len(losses[:LEVEL]) > 1 else 0.0
    suggestion = None
    if level - smoothed[lowest] <= max(spread, LEAST_FALL * abs(level)):
        reason = (
            f"At no rate does the loss fall by more than chance: it begins at {level:.3f}, batches"
            f" differ by {spread:.3f}, and the lowest smoothed loss is {smoothed[lowest]:.3f}."
        )
    else:
        steepest = min(range(LEVEL, lowest + 1), key=lambda step: _find_slope(smoothed, step))
        suggestion = float(f"{rates[steepest]:.1e}")
        reason = (
            f"There the smoothed loss falls fastest, on its way from {level:.3f} at the beginning"
            f" to {smoothed[lowest]:.3f} at the rate {rates[lowest]:.2g}."
        )
    found = (tuple(rates), tuple(losses), tuple(smoothed))
    return RateRange(*found, exploded, suggestion, reason)


def _find_slope(values: Sequence[float], at: int) -> float:
    """By how much values rise a step, around one of them."""
    first, last = max(0, at - REACH), min(len(values) - 1, at + REACH)
    return (values[last] - values[first]) / (last - first)
