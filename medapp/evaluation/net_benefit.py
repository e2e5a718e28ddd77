"""Decision curves: is it better to act on a model than to treat all, or none?

Vickers & Elkin 2006, doi:10.1177/0272989X06295361. Who would act from a probability of t on holds
a miss to be (1 − t) / t times as bad as a false alarm. The net benefit counts true positives a
patient, less false ones at that rate.
"""

from dataclasses import dataclass

import numpy as np

from medapp.evaluation.detection import Detection
from medapp.evaluation.estimates import Estimate, correlate, estimate_share, reach_difference
from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import Floats, Mask

THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True)
class NetBenefit:
    """Net benefits at one threshold.

    Attributes:
        threshold: the probability from which one would act.
        model, interval: of acting on the model, with its 95% interval.
        all: of acting on each image; acting on none has 0.
        gain: the model's less the better of all and none.
        is_better: the intervals of both differences, to all and to none, lie above 0.
    """

    threshold: float
    model: float
    interval: Interval
    all: float
    gain: float
    is_better: bool


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefits from threshold to threshold, on images with the prevalence that they have."""

    finding: str
    n: int
    positives: int
    points: tuple[NetBenefit, ...]

    @property
    def useful(self) -> list[tuple[float, float]]:
        """From where to where, without a gap, the model is better than all and none."""
        spans: list[tuple[float, float]] = []
        before = False
        for point in self.points:
            if point.is_better and before:
                spans[-1] = (spans[-1][0], point.threshold)
            elif point.is_better:
                spans.append((point.threshold, point.threshold))
            before = point.is_better
        return spans


def trace_decisions(detection: Detection, thresholds: Floats = THRESHOLDS) -> DecisionCurve | None:
    """The decision curve of a finding; None without images with it, or without it.

    A net benefit is one share of all images less so many times another, and so are the differences
    to treating all and none; the intervals of the shares are put together by MOVER. So no false
    alarm among few calls is no proof that there is none. Each interval is for its own threshold.
    """
    if detection.true.all() or not detection.true.any():
        return None
    points = tuple(_weigh(detection, float(t)) for t in thresholds)
    return DecisionCurve(detection.name, len(detection.true), int(detection.true.sum()), points)


def _weigh(detection: Detection, threshold: float) -> NetBenefit:
    called = detection.scores >= threshold
    true = detection.true
    odds = threshold / (1 - threshold)
    model, interval = _balance(detection, called & true, called & ~true, odds)
    # Who is not called is neither rightly treated nor treated for nothing.
    to_all, gain_interval = _balance(detection, ~called & ~true, ~called & true, 1 / odds)
    everyone = float(true.mean() - odds * (~true).mean())
    is_better = interval[0] > 0 and to_all > 0 and gain_interval[0] > 0
    return NetBenefit(threshold, model, interval, everyone, model - max(everyone, 0.0), is_better)


def _balance(
    detection: Detection, gained: Mask, lost: Mask, weight: float
) -> tuple[float, Interval]:
    """The share of images that are gained less `weight` times the share that are lost."""
    every = np.ones(len(gained), dtype=bool)
    first = estimate_share(gained, every, detection.units, detection.count)
    second = estimate_share(lost, every, detection.units, detection.count)
    if first is None or second is None:
        raise ValueError("there must be an image")
    low, high = second.interval
    scaled = Estimate(weight * second.value, (weight * low, weight * high), weight * second.shifts)
    down, up = reach_difference(first, scaled, correlate(first, scaled))
    value = first.value - scaled.value
    return value, (value - down, value + up)
