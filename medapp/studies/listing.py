"""Runs as a table: their figures, and every setting in which some of them differ.

No torch here, and no run's events are read: summaries and recipes say it all.
"""

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import RunError
from medapp.evaluation.headline import TITLES
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.settings import write_value
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.recipe import Recipe
from medapp.training.recipe.names import list_settings, read_values

Value = str | float | None
NAME, DATA_SET, SECONDS = "Run", "Data set", "Seconds of work"
VALIDATION, TEST = "on validation", "on the test split"
NOT_SETTINGS = ("version",)  # what only says how a recipe is written


@dataclass(frozen=True)
class Row:
    """A run: its id, and what stands in each column."""

    id: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Keep:
    """What a column must hold for a row to be kept.

    Attributes:
        among: the texts that are wanted; None where the column holds numbers.
        low, high: the ends of the range that is wanted.
    """

    among: tuple[str, ...] | None = None
    low: float = float("-inf")
    high: float = float("inf")

    def holds(self, value: Value) -> bool:
        """Whether a value is kept; a run that has none is not."""
        if self.among is not None:
            return value in self.among
        return isinstance(value, int | float) and self.low <= value <= self.high


def tabulate_runs(workspace: Workspace, runs: Sequence[Summary]) -> list[Row]:
    """A row a run, in their order; a column that says the same of all is left out.

    The name and the data set stand first, then the figures on validation and on the test split,
    then the settings in the order of their groups. Numbers stay numbers, so that they sort as such.
    """
    everything = [(run.id, _describe(workspace, run)) for run in runs]
    columns = list(dict.fromkeys(name for _, values in everything for name in values))
    differing = [
        name
        for name in columns
        if name == NAME or len({repr(values.get(name)) for _, values in everything}) > 1
    ]
    return [Row(id, {name: values.get(name) for name in differing}) for id, values in everything]


def filter_rows(rows: Sequence[Row], wanted: Mapping[str, Keep]) -> list[Row]:
    """The rows that hold, in each column that is named, what is wanted there."""
    return [
        row
        for row in rows
        if all(keep.holds(row.values.get(name)) for name, keep in wanted.items())
    ]


def _describe(workspace: Workspace, run: Summary) -> dict[str, Value]:
    figures = run.figures or {}
    names = find_task(figures.get("task", "single-label")).figures
    learned = run.learning.figures
    return {
        NAME: run.name,
        DATA_SET: run.data_set,
        **{f"{TITLES[n]} {VALIDATION}": learned[n] for n in names if n in learned},
        **{f"{TITLES[n]} {TEST}": figures[n] for n in names if figures.get(n) is not None},
        SECONDS: round(run.learning.seconds, 1),
        **_read_settings(workspace.runs_folder / run.id),
    }


def _read_settings(folder: Path) -> Mapping[str, Value]:
    """The settings of a run by their titles; nothing where its recipe is gone."""
    with contextlib.suppress(OSError, RunError):
        return _describe_settings(folder, (folder / "recipe.json").stat().st_mtime_ns)
    return {}


@functools.lru_cache(5000)
def _describe_settings(folder: Path, mtime: int) -> Mapping[str, Value]:
    """The same, kept while the file is as it is: a page asks at each draw."""
    recipe = Run(folder).recipe
    values = read_values(recipe)
    found: dict[str, Value] = {}
    for setting in list_settings(Recipe):
        if setting.short in NOT_SETTINGS:
            continue
        value = values[setting.short]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        title = str(setting.field.title)
        found[title] = value if is_number else write_value(setting.field, value)
    return found
