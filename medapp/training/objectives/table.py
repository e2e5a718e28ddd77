"""The table of objectives: what a step makes smaller. No torch here; a row says what builds it.

To add an objective, write a class like `supervised.Supervised` and a row of `OBJECTIVES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One objective.

    Attributes:
        build: takes a `Setting` of `objective` and gives an `Objective`.
        takes: the role of the further data sets that it learns from, "source" or "target"; empty
            where it learns from one data set alone.
        temper: how much more often a step sees a further data set the larger it is, see
            `shares.temper_shares`.
    """

    title: str
    help: str
    build: Callable[[Any], Any]
    takes: str = ""
    temper: float = 0.0


def _build_supervised(setting: Any) -> Any:
    from medapp.training.objectives.supervised import Supervised

    return Supervised(setting.task, setting.class_weights, setting.label_smoothing)


OBJECTIVES: dict[str, Row] = {
    "supervised": Row("Supervised", "The task's own loss on labelled images.", _build_supervised),
}
