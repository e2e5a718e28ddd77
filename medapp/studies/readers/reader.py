"""A reader as a model: calls as probabilities of 0 and 1, beside ratings that rank images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from medapp.evaluation.estimates import Estimate, estimate_auroc
from medapp.runs.results import name_column
from medapp.studies.judged import Judged, Key
from medapp.studies.readers.readings import Readings
from medapp.task import find_task

# Figures of a ranking, which calls alone do not give.
RANKED = ("auroc", "macro_auroc", "average_precision", "macro_average_precision")


@dataclass(frozen=True)
class Reader(Judged):
    """What a reader said of a run's test images.

    Attributes:
        run: whose test images were read.
        reader: who read.
        ratings: of each image, higher where the finding is surer; empty where there are none.
        has_called: a class was called of each image.
    """

    reader: str = ""
    ratings: Mapping[Key, float] = field(default_factory=dict)
    has_called: bool = True

    @property
    def name(self) -> str:
        """Who read."""
        return self.reader

    @property
    def has_calls(self) -> bool:
        """Whether a class was called of each image."""
        return self.has_called

    def estimate(self, keys: Sequence[Key]) -> dict[str, Estimate]:
        """The figures of the calls; of ratings of two classes the AUROC."""
        found = super().estimate(keys) if self.has_called else {}
        found = {name: estimate for name, estimate in found.items() if name not in RANKED}
        positive = self.evaluation.positive
        if self.ratings and positive:
            case = self.build_case(keys)
            column = self.evaluation.classes.index(positive)
            units = self.number_units(keys)
            ratings = np.array([self.ratings[key] for key in keys])
            sides = case.true[:, column], case.false[:, column]
            area = estimate_auroc(ratings, *sides, units, len(np.unique(units)))
            found |= {} if area is None else {"auroc": area}
        return found


def build_reader(run: Judged, readings: Readings, finding: str = "") -> Reader:
    """A reader from what he or she said of images that a run judged.

    Args:
        run: with the labels and patients of its test images.
        finding: of two classes the one that ratings are of; "" for the positive one.
    """
    evaluation = replace(run.evaluation, notes=(), positive=finding or run.evaluation.positive)
    rows = {key: _build_row(run, key, readings) for key in readings.keys}
    return Reader(
        run.run,
        evaluation,
        rows,
        {},
        run.noun,
        readings.reader,
        readings.ratings,
        bool(readings.calls),
    )


def _build_row(run: Judged, key: Key, readings: Readings) -> dict[str, Any]:
    """A row as of `predictions.parquet`, with the reader's call for a prediction."""
    classes = run.evaluation.classes
    task = find_task(run.evaluation.task)
    known = {name: run.rows[key].get(name) for name in ("name", "label", "patient", "content_hash")}
    if key not in readings.calls:
        return {**known, "prediction": "", **{name_column(name): 0.0 for name in classes}}
    encoded = task.encode([readings.calls[key]], classes)
    scores = np.nan_to_num(encoded[0]) if task.has_several else np.eye(len(classes))[encoded[0]]
    decision = task.decide(scores[None])[0]
    probabilities = {name_column(c): float(p) for c, p in zip(classes, scores, strict=True)}
    return {**known, "prediction": task.describe(decision, classes), **probabilities}
