"""Decision curves: is it better to act on a model than to treat all, or none?

Vickers & Elkin 2006, doi:10.1177/0272989X06295361. Who would act from a probability of t on holds
a miss to be (1 − t) / t times as bad as a false alarm. The net benefit counts true positives a
patient, less false ones at that rate.
"""

from dataclasses import dataclass

import numpy as np

from medapp.evaluation.detection import Detection
from medapp.evaluation.intervals import Interval, expand_student
from medapp.evaluation.metrics import Floats

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

    A net benefit is a mean over images, and so are its differences: their variance is that over
    patients, and each interval is for its own threshold alone.
    """
    if detection.true.all() or not detection.true.any():
        return None
    points = tuple(_weigh(detection, float(t)) for t in thresholds)
    return DecisionCurve(detection.name, len(detection.true), int(detection.true.sum()), points)


def _weigh(detection: Detection, threshold: float) -> NetBenefit:
    called = detection.scores >= threshold
    of_all = np.where(detection.true, 1.0, -threshold / (1 - threshold))
    of_model = np.where(called, of_all, 0.0)
    model, interval = _average(of_model, detection)
    everyone = float(of_all.mean())
    _, to_all = _average(of_model - of_all, detection)
    is_better = interval[0] > 0 and to_all[0] > 0
    return NetBenefit(threshold, model, interval, everyone, model - max(everyone, 0.0), is_better)


def _average(values: Floats, detection: Detection) -> tuple[float, Interval]:
    """The mean of values (N,) of images, with its interval over units."""
    count = detection.count
    mean = float(values.mean())
    sums = np.bincount(detection.units, values - mean, count)
    spread = float(np.sqrt(np.square(sums).sum() * count / max(count - 1, 1))) / len(values)
    reach = expand_student(max(count - 1, 1)) * spread
    return mean, (mean - reach, mean + reach)
