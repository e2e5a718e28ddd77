"""Figures that need labels of the other hospital: read after the verdict, for reporting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.audit.probing import predict_held_out, predict_out_of_fold
from medapp.evaluation.estimates import (
    Estimate,
    average,
    estimate_share,
    find_difference,
)
from medapp.evaluation.intervals import Interval
from medapp.studies.travel.record import Figure
from medapp.studies.travel.sides import Features, Indices
from medapp.training.folds import draw_folds

Mask = NDArray[np.bool_]

LABELS = (20, 50, 100, 200)  # of the learning curve
DRAWS = 5  # of so many labelled images, whose figures are averaged


@dataclass(frozen=True)
class Truth:
    """The labels of the images that are judged.

    Attributes:
        labels: (M,) indices of the run's classes.
        groups: (M,) equal for images of one patient or one picture.
    """

    labels: Indices
    groups: Indices

    def take(self, rows: Mask | Indices) -> "Truth":
        """The labels of some of the images."""
        return Truth(self.labels[rows], self.groups[rows])

    def estimate(self, decided: Indices) -> Estimate:
        """The balanced accuracy of decisions (M,)."""
        units = np.unique(self.groups, return_inverse=True)[1].astype(np.intp)
        count = int(units.max()) + 1
        shares = []
        for label in np.unique(self.labels):
            is_it = self.labels == label
            share = estimate_share(decided == label, is_it, units, count)
            shares += [share] if share is not None else []
        found = average(shares)
        assert found is not None
        return found


def judge(truth: Truth, decided: Indices, own: Indices | None = None) -> Figure:
    """The figure of decisions (M,), beside those of the run's own model where these are given."""
    found = truth.estimate(decided)
    if own is None:
        return Figure(found.value, found.interval)
    beside = truth.estimate(own)
    difference = found.value - beside.value
    return Figure(found.value, found.interval, difference, find_difference(found, beside))


def judge_own_labels(truth: Truth, features: Features, own: Indices) -> Figure | None:
    """What a head gets that learns from the other hospital's labels, fold by fold.

    None where all images are of one patient or one class.
    """
    names, rows = np.unique(truth.labels, return_inverse=True)
    if len(names) < 2:
        return None
    said = predict_out_of_fold(features, rows, truth.groups)
    return None if said is None else judge(truth, names[said.argmax(1)], own)


def trace_labels(
    truth: Truth, features: Features, own: Indices, seed: int = 0
) -> list[tuple[int, Figure]]:
    """What labelling buys: numbers of labelled images and the figure that a head gets from them.

    One half of the patients is judged throughout; from the other half so many images are drawn,
    patient by patient, `DRAWS` times, and the figures are averaged. 0 is the run's own model. A
    number that the half does not hold is left out.
    """
    is_judged = draw_folds([str(g) for g in truth.groups], truth.labels, 2, seed) == 0
    pool = np.flatnonzero(~is_judged)
    held = truth.take(is_judged)
    if not len(pool) or len(np.unique(held.labels)) < 2:
        return []
    curve = [(0, judge(held, own[is_judged]))]
    for count in LABELS:
        if count > len(pool):
            break
        drawn = [
            learn_from(truth, features, draw_rows(truth, pool, count, [seed, draw]), is_judged)
            for draw in range(DRAWS)
        ]
        known = [decided for decided in drawn if decided is not None]
        if known:
            curve.append((count, _average(held, known, own[is_judged])))
    return curve


def draw_rows(truth: Truth, pool: Indices, count: int, seed: Sequence[int]) -> Indices:
    """About so many rows of a pool, whole patients in mixed order until there are enough."""
    random = np.random.default_rng(seed)
    names = random.permutation(np.unique(truth.groups[pool]))
    place = {name: number for number, name in enumerate(names.tolist())}
    order = np.array([place[group] for group in truth.groups[pool].tolist()])
    return np.sort(pool[np.argsort(order, kind="stable")][:count])


def learn_from(truth: Truth, features: Features, rows: Indices, is_judged: Mask) -> Indices | None:
    """Decisions for the judged images by a head that learned from some rows' labels.

    None where these show one class, or are of one patient.
    """
    names, labels = np.unique(truth.labels[rows], return_inverse=True)
    if len(names) < 2:
        return None
    judged = np.flatnonzero(is_judged)
    both = np.concatenate([rows, judged])
    is_taught = np.arange(len(both)) < len(rows)
    padded = np.zeros(len(both), np.int64)
    padded[: len(rows)] = labels
    said = predict_held_out(features[both], padded, truth.groups[both], is_taught, ~is_taught)
    return None if said is None else names[said.argmax(1)]


def _average(held: Truth, drawn: Sequence[Indices], own: Indices) -> Figure:
    """The mean over drawings; its intervals are means of theirs, as drawings share their images."""
    each = [judge(held, decided, own) for decided in drawn]
    gains = [(f.gain, f.gain_interval) for f in each if f.gain is not None and f.gain_interval]
    return Figure(
        float(np.mean([f.balanced_accuracy for f in each])),
        _mean([f.interval for f in each]),
        float(np.mean([gain for gain, _ in gains])),
        _mean([interval for _, interval in gains]),
    )


def _mean(intervals: Sequence[Interval]) -> Interval:
    low, high = np.mean(np.array(intervals), axis=0).tolist()
    return low, high


def choose_by(truth: Truth, decided: Mapping[str, Indices]) -> str:
    """Of several ways to decide the one with the highest balanced accuracy, the first of equals."""
    return max(decided, key=lambda key: truth.estimate(decided[key]).value)
