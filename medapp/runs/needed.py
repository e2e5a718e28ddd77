"""What runs still need: a data set or a run is not taken away from those that wait or work."""

from collections.abc import Callable

from medapp.data import removing
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.errors import DataError, Remedy, RunError
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.store.plain import quote_word
from medapp.store.workspace import Workspace
from medapp.training.recipe import Recipe


def remove_data_set(catalog: Catalog, data_set: DataSet) -> None:
    """Forget a data set, where no run that waits or works learns from it; see `removing.remove`.

    Raises:
        DataError: a run learns from it, or another data set is derived from it.
        WorkspaceError: its images cannot be deleted.
    """

    def learns_from(recipe: Recipe) -> bool:
        return any(choice.id == data_set.uid for choice in recipe.data.learned)

    users = _list_users(catalog.workspace, learns_from)
    if users:
        text = f"{data_set.name} is still needed {_name(users)}."
        raise DataError(text, remedy=_propose_stop(users))
    removing.remove(catalog, data_set)


def delete_run(workspace: Workspace, run: Run) -> None:
    """Delete a run, where no other run that waits or works starts from it.

    Raises:
        RunError: a run starts from it, or it is under way.
    """
    users = _list_users(workspace, lambda recipe: recipe.start.source == f"run:{run.id}")
    if users:
        text = f"{run.name} is still needed {_name(users)}."
        raise RunError(text, remedy=_propose_stop(users))
    run.delete()


def _list_users(workspace: Workspace, needs: Callable[[Recipe], bool]) -> list[Run]:
    """The runs that wait or work and whose recipe needs something, oldest first."""
    unfinished = find_registry(workspace).list_unfinished()
    known = [each for each in unfinished if each.is_under_way and each.damage is None]
    runs = [Run(workspace.runs_folder / each.id) for each in known]
    return [run for run in runs if needs(run.recipe)]


def _name(runs: list[Run]) -> str:
    """The first of some runs, with its state, and how many others there are."""
    first = runs[0]
    does = "waits for its turn" if first.state == "queued" else "is under way"
    more = f", and by {len(runs) - 1} more" if len(runs) > 1 else ""
    return f"by {first.name}, which {does}{more}"


def _propose_stop(runs: list[Run]) -> Remedy:
    them = "it" if len(runs) == 1 else "them"
    return Remedy(
        f"Wait for the end, or stop {them} first.",
        f"Wait for the end, or stop {them} first: medapp runs stop {quote_word(runs[0].name)}",
    )
