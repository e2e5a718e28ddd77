"""The table of objectives: what a step makes smaller. No torch here; a row says what builds it.

To add an objective, write a class like `supervised.Supervised` and a row of `OBJECTIVES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One objective; `build` takes a `Setting` of `objective` and gives an `Objective`."""

    title: str
    help: str
    build: Callable[[Any], Any]


def _build_supervised(setting: Any) -> Any:
    from medapp.training.objectives.supervised import Supervised

    return Supervised(setting.task, setting.class_weights, setting.label_smoothing)


OBJECTIVES: dict[str, Row] = {
    "supervised": Row("Supervised", "The task's own loss on labelled images.", _build_supervised),
}
