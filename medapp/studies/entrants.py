"""What a study sends side by side: ways of training with their recipes, and the runs of these."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.data.catalog import Catalog
from medapp.errors import MedAppError
from medapp.models.backbones import BACKBONES
from medapp.models.sources import find_source
from medapp.runs.learned import save_samples
from medapp.runs.making import check_name, create_run
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.seen import save_earlier
from medapp.runs.starting import hold_start
from medapp.store.workspace import Workspace
from medapp.studies.folder import save_study
from medapp.training.recipe import Machine, Recipe
from medapp.training.recipe.groups import AUTO, AugmentationChoice
from medapp.training.strategies import STRATEGIES


@dataclass(frozen=True)
class Entrant:
    """A way of training in a study.

    Attributes:
        strategy: its key in `STRATEGIES`.
        source: what it starts from, as a recipe names it; "none" for random weights.
        title: what people call it; holds the source where the study has several.
    """

    strategy: str
    source: str
    title: str

    @classmethod
    def read(cls, key: str, values: Mapping[str, Any] | None) -> "Entrant":
        """From a study's file; in older ones the key alone tells, and is the strategy's.

        Raises:
            KeyError, TypeError: the file is damaged.
        """
        if values is None:
            return cls(key, "", STRATEGIES[key].title if key in STRATEGIES else key)
        return cls(*(str(values[name]) for name in ("strategy", "source", "title")))


def take_strategy(workspace: Workspace, recipe: Recipe, strategy: str) -> Recipe:
    """The recipe with a strategy.

    One that starts from random weights leaves the source and keeps its architecture, so that it is
    the control of the others. One that computes features once leaves what images vary by.

    Raises:
        WeightsError: what the recipe starts from is not on this machine.
    """
    choice = recipe.strategy.model_copy(update={"name": strategy})
    taken = recipe.model_copy(update={"strategy": choice})
    if taken.find_strategy().must_keep_features:
        taken = taken.model_copy(update={"augmentation": AugmentationChoice()})
    if not taken.find_strategy().is_from_random or recipe.start.source in (AUTO, "none"):
        return taken
    architecture, _ = find_source(recipe.start.source, recipe.start.architecture, workspace)
    start = recipe.start.model_copy(update={"source": AUTO, "architecture": architecture})
    return taken.model_copy(update={"start": start})


def take_source(recipe: Recipe, source: str) -> Recipe:
    """The recipe with another source."""
    return recipe.model_copy(update={"start": recipe.start.model_copy(update={"source": source})})


def name_source(workspace: Workspace, source: str) -> str:
    """What a source is called beside others."""
    if source in BACKBONES:
        return BACKBONES[source].title
    run = find_registry(workspace).find(source.removeprefix("run:"))
    return run.name if run else source


def create_named_runs(
    workspace: Workspace, named: Sequence[tuple[str, Recipe]], machine: Machine | None
) -> list[str]:
    """Make runs with their names, in order; all are made, or none.

    Which images each of them takes, and from which weights it starts, is written now, so that an
    edit of the data set or of a weights file before the last of them begins leaves them comparable.

    Args:
        named: names, and settled recipes.

    Returns:
        Their ids.

    Raises:
        RunError: a name is taken or cannot be used.
        WorkspaceError: the disk is full.
    """
    registry = find_registry(workspace)
    summaries = registry.list_summaries()
    for name, _ in named:
        check_name(name, summaries)
    catalog = Catalog(workspace)
    made = []

    def fix(run: Run) -> None:
        save_samples(run, catalog)
        save_earlier(workspace, run)
        hold_start(workspace, run)

    try:
        for name, recipe in named:
            made.append(create_run(workspace, recipe, machine, name, fix))
    except MedAppError:
        discard_runs(made)
        raise
    return [run.id for run in made]


def discard_runs(runs: Sequence[Run]) -> None:
    """Delete runs of a study that cannot be made; one that has begun meanwhile is stopped."""
    for run in runs:
        with contextlib.suppress(MedAppError):
            run.request_stop()
            run.delete()


def save_with_runs(
    workspace: Workspace, kind: str, values: Mapping[str, Any], ids: Sequence[str]
) -> None:
    """Write a study whose runs were just made; where it cannot be written, no run is left.

    Raises:
        WorkspaceError: the disk is full.
    """
    try:
        save_study(workspace, kind, values)
    except MedAppError:
        discard_runs([Run(workspace.runs_folder / id) for id in ids])
        raise
