"""One recipe with other strategies: what a study sends side by side."""

from medapp.models.sources import find_source
from medapp.store.workspace import Workspace
from medapp.training.recipe import Recipe
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
