"""Figures that need labels of the other hospital: read after the verdict, for reporting."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medapp.audit.probing import predict_out_of_fold
from medapp.evaluation.comparison import subtract
from medapp.evaluation.estimates import Estimate, average, estimate_share
from medapp.studies.travel.record import Figure
from medapp.studies.travel.sides import Features, Indices, Mask


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
    gain = subtract(found, truth.estimate(own))
    return Figure(found.value, found.interval, gain.value, gain.interval)


def judge_own_labels(truth: Truth, features: Features, own: Indices) -> Figure | None:
    """What a head gets that learns from the other hospital's labels, fold by fold.

    None where all images are of one patient or one class.
    """
    names, rows = np.unique(truth.labels, return_inverse=True)
    if len(names) < 2:
        return None
    said = predict_out_of_fold(features, rows, truth.groups)
    return None if said is None else judge(truth, names[said.argmax(1)], own)


def choose_by(truth: Truth, decided: Mapping[str, Indices]) -> str:
    """Of several ways to decide the one with the highest balanced accuracy, the first of equals."""
    return max(decided, key=lambda key: truth.estimate(decided[key]).value)
