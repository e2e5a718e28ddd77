"""What a study sends side by side: one recipe with other strategies, and the runs of recipes."""

from collections.abc import Sequence

from medapp.models.sources import find_source
from medapp.runs.making import check_name, create_run
from medapp.runs.registry import find_registry
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, Recipe
from medapp.training.recipe.groups import AUTO


def take_strategy(workspace: Workspace, recipe: Recipe, strategy: str) -> Recipe:
    """The recipe with a strategy.

    One that starts from random weights leaves the source and keeps its architecture, so that it is
    the control of the others.

    Raises:
        WeightsError: what the recipe starts from is not on this machine.
    """
    choice = recipe.strategy.model_copy(update={"name": strategy})
    taken = recipe.model_copy(update={"strategy": choice})
    if not taken.find_strategy().is_from_random or recipe.start.source in (AUTO, "none"):
        return taken
    architecture, _ = find_source(recipe.start.source, recipe.start.architecture, workspace)
    start = recipe.start.model_copy(update={"source": AUTO, "architecture": architecture})
    return taken.model_copy(update={"start": start})


def create_named_runs(
    workspace: Workspace, named: Sequence[tuple[str, Recipe]], machine: Machine | None
) -> list[str]:
    """Make runs with their names, in order; none is made unless every name can be used.

    Returns:
        Their ids.

    Raises:
        RunError: a name is taken or cannot be used.
    """
    summaries = find_registry(workspace).list_summaries()
    for name, _ in named:
        check_name(name, summaries)
    return [create_run(workspace, recipe, machine, name).id for name, recipe in named]
