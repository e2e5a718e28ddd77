"""An operating point that was locked: from then on it decides what a model calls an image."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.operating import Choice, OperatingPoint
from medapp.evaluation.predictive import Rate, read_rate
from medapp.evaluation.rules import Rule
from medapp.evaluation.words import write_figure, write_probability
from medapp.task import Task
from medapp.task.task import Floats, Targets

KEY = "operating"  # in the metadata of a model's file


@dataclass(frozen=True)
class Locked:
    """A threshold, how it was chosen, and what it did on images that judged it.

    Attributes:
        positives: the classes that count as the finding, their probabilities added up.
        threshold: from which probability on the finding counts as there.
        choice: how it was chosen.
        n, counted, units: the images that judged it, and the patients they are of.
        sensitivity, specificity: on them, with 95% intervals.
    """

    positives: tuple[str, ...]
    threshold: float
    choice: Choice
    n: int
    counted: str
    units: int
    sensitivity: Rate | None
    specificity: Rate | None

    @property
    def finding(self) -> str:
        """What is found."""
        return " or ".join(self.positives)

    def add_up(self, probabilities: Floats, classes: Sequence[str]) -> Floats:
        """The probability (N,) of the finding, from probabilities (N, K)."""
        columns = [c for c, name in enumerate(classes) if name in self.positives]
        total: Floats = np.asarray(probabilities)[:, columns].sum(axis=1)
        return total

    def decide(self, probabilities: Floats, classes: Sequence[str]) -> NDArray[np.intp]:
        """The class (N,): the most probable of the finding's, or else of the others."""
        rows = np.asarray(probabilities)
        is_of_finding = np.array([name in self.positives for name in classes])
        is_found = self.add_up(rows, classes) >= self.threshold
        allowed = np.where(is_found[:, None], is_of_finding, ~is_of_finding)
        decided: NDArray[np.intp] = np.where(allowed, rows, -1.0).argmax(axis=1)
        return decided

    def name_point(self) -> str:
        """From where on what counts as found, such as "pneumonia from a probability of 0.45 on"."""
        return f"{self.finding} from a probability of {write_probability(self.threshold)} on"

    def describe_choice(self) -> str:
        """The threshold and how it was chosen."""
        choice = self.choice
        return (
            f"{self.finding} counts as found from {write_probability(self.threshold)} on:"
            f" {choice.rule}, chosen on {choice.n:,} images of the {choice.where}"
        )

    def describe(self) -> str:
        """How it was chosen, and what it does."""
        judged = [
            f"{title} {write_figure(rate.value, rate.interval)}"
            for title, rate in (
                ("sensitivity", self.sensitivity),
                ("specificity", self.specificity),
            )
            if rate is not None
        ]
        on = f"on {self.n:,} test images of {self.units:,} {self.counted}: {', '.join(judged)}"
        return f"{self.describe_choice()}; {on if judged else 'not judged on others'}."

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def to_metadata(self) -> dict[str, str]:
        """As a model's file says it."""
        return {KEY: json.dumps(self.to_dict(), ensure_ascii=False)}


def lock(point: OperatingPoint, positives: Sequence[str]) -> Locked:
    """Keep an operating point that a rule chose.

    Args:
        positives: the classes that count as the finding.

    Raises:
        ValueError: no rule chose it.
    """
    if point.choice is None:
        raise ValueError("a threshold that no rule chose cannot be locked")
    return Locked(
        tuple(positives),
        point.threshold,
        point.choice,
        point.n,
        point.counted,
        point.units,
        point.sensitivity,
        point.specificity,
    )


def read_locked(metadata: Mapping[str, str]) -> Locked | None:
    """The inverse of `Locked.to_metadata`; None where a file says nothing."""
    try:
        return build_locked(json.loads(metadata[KEY]))
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def build_locked(values: Mapping[str, Any] | None) -> Locked | None:
    """The inverse of `Locked.to_dict`; None of None.

    Raises:
        KeyError, TypeError, ValueError: the values are damaged.
    """
    if values is None:
        return None
    choice = values["choice"]
    return Locked(
        tuple(map(str, values["positives"])),
        float(values["threshold"]),
        Choice(**{**choice, "rule": Rule(**choice["rule"])}),
        int(values["n"]),
        str(values["counted"]),
        int(values["units"]),
        read_rate(values["sensitivity"]),
        read_rate(values["specificity"]),
    )


def decide(
    task: Task,
    classes: Sequence[str],
    probabilities: Floats,
    thresholds: Sequence[float],
    locked: Locked | None,
) -> Targets:
    """Probabilities (N, K) to decisions, by the locked operating point where there is one.

    Args:
        thresholds: (K,) of findings; empty where each image has one label.
    """
    if locked is not None and not task.has_several:
        return locked.decide(probabilities, classes)
    return task.decide(probabilities, np.array(thresholds) if len(thresholds) else None)
