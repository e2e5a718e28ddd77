"""Readers on a model's ROC curve, and how far people and models agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from medapp.evaluation.agreement import estimate_kappa, estimate_quadratic_kappa
from medapp.evaluation.detection import Detection, build_detection, find_columns
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.metrics import Mask
from medapp.evaluation.roc_point import RocPoint, find_point
from medapp.evaluation.words import write_probability
from medapp.runs.locking import find_locked
from medapp.studies.judged import Judged, Key
from medapp.studies.readers.reader import Reader
from medapp.task import find_task


@dataclass(frozen=True)
class Curve:
    """A model's ROC curve for a finding, and the points of who decides.

    Attributes:
        detection: the model's scores and the truth.
        area: its AUROC; None without images of either side.
        model: what it is called.
        points: the model's own decisions first, by the most probable class and, where an operating
            point is locked into it, by that; then the readers'.
    """

    detection: Detection
    area: Estimate | None
    model: str
    points: tuple[RocPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "finding": self.detection.name,
            "model": self.model,
            "points": [point.to_dict() for point in self.points],
        }


@dataclass(frozen=True)
class Agreement:
    """How far two agree on the images that both judged.

    Attributes:
        kappa: Cohen's, of grades with quadratic weights; None where both always say the same one.
        alike: the share of images that both call the same.
    """

    a: str
    b: str
    n: int
    kappa: Estimate | None
    alike: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "n": self.n,
            "kappa": None if self.kappa is None else self.kappa.value,
            "interval": None if self.kappa is None else list(self.kappa.interval),
            "alike": self.alike,
        }


def trace_curve(
    judged: Sequence[Judged],
    names: Sequence[str],
    keys: Sequence[Key],
    area: Estimate | None,
    positives: Sequence[str],
) -> Curve:
    """The first model's curve, and the points of all who call a class or rate.

    Raises:
        RecipeError: the classes do not tell which is the finding, or one is not among them.
    """
    model = judged[0]
    detection = build_detection(*model.list_evidence(keys), positives=positives)
    found = [
        point
        for each, name in zip(judged, names, strict=True)
        for point in _list_points(each, name, keys, positives)
    ]
    found.insert(1, _find_locked_point(model, names[0], detection))
    points = tuple(point for point in found if point is not None)
    return Curve(detection, area, names[0], points)


def _find_locked_point(model: Judged, name: str, detection: Detection) -> RocPoint | None:
    """Where a model stands by the operating point that is locked into it; None without one.

    Its figures, as those of its own page, go by the most probable class.
    """
    locked = find_locked(model.run)
    if locked is None or locked.finding != detection.name:
        return None
    called: Mask = detection.scores >= locked.threshold
    sides = detection.true, ~detection.true
    title = f"{name}, locked at {write_probability(locked.threshold)}"
    return find_point(title, called, *sides, detection.units, detection.count)


def _list_points(
    judged: Judged, name: str, keys: Sequence[Key], positives: Sequence[str]
) -> Iterator[RocPoint | None]:
    """One of calls; of ratings alone one from each rating on."""
    case = judged.build_case(keys)
    task = find_task(judged.evaluation.task)
    columns = find_columns(judged.evaluation.classes, positives, task)
    true: Mask = np.any(case.true[:, columns], axis=1)
    false: Mask = np.all(case.false[:, columns], axis=1)
    units = judged.number_units(keys)
    count = len(np.unique(units))
    if judged.has_calls:
        called: Mask = np.any(case.found[:, columns], axis=1)
        yield find_point(name, called, true, false, units, count)
    elif isinstance(judged, Reader):
        ratings = np.array([judged.ratings[key] for key in keys])
        for cut in np.unique(ratings)[1:]:
            title = f"{name}, from {cut:g} on"
            yield find_point(title, ratings >= cut, true, false, units, count)


def list_agreements(judged: Sequence[Judged], names: Sequence[str]) -> list[Agreement]:
    """Each two of which one is a reader, readers among themselves first."""
    places = [place for place, each in enumerate(judged) if each.has_calls]
    pairs = [
        (i, j)
        for i, j in combinations(places, 2)
        if isinstance(judged[i], Reader) or isinstance(judged[j], Reader)
    ]
    pairs.sort(key=lambda pair: not isinstance(judged[pair[0]], Reader))
    found = (_agree(judged[i], judged[j], names[i], names[j]) for i, j in pairs)
    return [agreement for agreement in found if agreement is not None]


def _agree(first: Judged, second: Judged, a: str, b: str) -> Agreement | None:
    task = find_task(first.evaluation.task)
    keys = [key for key in first.rows if key in second.rows]
    if task.has_several or not keys:
        return None
    decisions = [each.build_case(keys).decisions.astype(np.intp) for each in (first, second)]
    units = first.number_units(keys)
    estimate = estimate_quadratic_kappa if task.has_order else estimate_kappa
    k = len(first.evaluation.classes)
    kappa = estimate(decisions[0], decisions[1], k, units, len(np.unique(units)))
    alike = float((decisions[0] == decisions[1]).mean())
    return Agreement(a, b, len(keys), kappa, alike)
