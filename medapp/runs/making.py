"""Runs found, made and named."""

import os
import re
from collections.abc import Callable

from medapp.data.catalog import Catalog
from medapp.errors import DataError, RunError
from medapp.models.backbones import BACKBONES
from medapp.runs.drafts import draft_run
from medapp.runs.events import StateChanged
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.store.files import expand_path, write_bytes
from medapp.store.names import number_name
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, Recipe, write_settings
from medapp.training.recipe.groups import AUTO

LONGEST_NAME = 100


def list_runs(workspace: Workspace) -> list[Run]:
    """The runs that can be used, newest first; those that cannot are in `list_damaged`."""
    summaries = find_registry(workspace).list_summaries()
    return [Run(workspace.runs_folder / s.id) for s in summaries if s.damage is None]


def list_damaged(workspace: Workspace) -> list[tuple[Run, str]]:
    """Runs that cannot be read, newest first, each with the reason and what to do."""
    summaries = find_registry(workspace).list_summaries()
    return [(Run(workspace.runs_folder / s.id), s.damage) for s in summaries if s.damage]


def find_run(workspace: Workspace, name: str) -> Run:
    """The run with this id or name, also a damaged one.

    Raises:
        RunError: there is none.
    """
    registry = find_registry(workspace)
    found = registry.find(name)
    if found is not None:
        return Run(workspace.runs_folder / found.id)
    known = ", ".join(summary.name for summary in registry.list_summaries()[:5]) or "none yet"
    raise RunError(f"There is no run {name!r}.", remedy=f"Runs: {known}.")


def create_run(
    workspace: Workspace,
    recipe: Recipe,
    machine: Machine | None = None,
    name: str | None = None,
    prepare: Callable[[Run], None] | None = None,
) -> Run:
    """Make a run's folder with its recipe; the run waits in the queue.

    Args:
        prepare: what else is to be written into the folder before others see the run.

    Raises:
        RunError: the name is taken or not usable.
        DataError: there is no such data set.
    """
    summaries = find_registry(workspace).list_summaries()
    if name is not None:
        check_name(name, summaries)
    settled = settle_recipe(workspace, recipe)
    with draft_run(workspace) as run:
        run.write_name(name or _suggest_name(settled, summaries))
        run.append_event(StateChanged(state="queued"))
        text = write_settings(settled, machine or Machine())
        write_bytes(run.folder / "recipe.json", text.encode())
        if prepare is not None:
            prepare(run)
    return run


def settle_recipe(workspace: Workspace, recipe: Recipe) -> Recipe:
    """The recipe with names that a rename or another working folder cannot change.

    Data sets and the source run are named by their ids, a file by its absolute path.
    """
    return _settle_data(workspace, _settle_source(workspace, recipe))


def _settle_data(workspace: Workspace, recipe: Recipe) -> Recipe:
    catalog = Catalog(workspace)
    choices = []
    for choice in recipe.data.choices:
        data_set = catalog.find_chosen(choice.id, choice.name)
        choices.append(choice.model_copy(update={"id": data_set.uid, "name": data_set.name}))
        if choice.role == "train":
            task = data_set.task
    data = recipe.data.model_copy(update={"choices": tuple(choices), "task": task})
    return recipe.model_copy(update={"data": data})


def _settle_source(workspace: Workspace, recipe: Recipe) -> Recipe:
    source = settle_source(workspace, recipe.start.source)
    return recipe.model_copy(update={"start": recipe.start.model_copy(update={"source": source})})


def settle_source(workspace: Workspace, asked: str) -> str:
    """What a network starts from, by a run's id and a file's absolute path."""
    # A run that is called like a backbone is meant by run:NAME only.
    if asked in (AUTO, "none", *BACKBONES):
        return asked
    earlier = find_registry(workspace).find(asked.removeprefix("run:"))
    if earlier is not None:
        return f"run:{earlier.id}"
    path = expand_path(asked)
    # Path.is_file raises for a name that is too long.
    return str(path) if path.suffix and os.path.isfile(path) else asked  # noqa: PTH113


def find_data_set_name(workspace: Workspace, recipe: Recipe) -> str:
    """What the data set that a run learns from is called now, else what it was called then."""
    choice = recipe.data.train
    try:
        return Catalog(workspace).find_chosen(choice.id, choice.name).name
    except DataError:
        return choice.name


def rename_run(workspace: Workspace, run: Run, name: str) -> None:
    """Call a run something else.

    Raises:
        RunError: the name is empty, too long, or taken.
    """
    others = [s for s in find_registry(workspace).list_summaries() if s.id != run.id]
    check_name(name, others)
    run.write_name(name)


def check_name(name: str, others: list[Summary]) -> None:
    """Raise RunError where a run cannot have this name, beside the others."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise RunError(
            f"A run's name must have 1 to {LONGEST_NAME} printable characters, not"
            f" {name[:LONGEST_NAME]!r}.",
            remedy="Choose another.",
            setting="name",
        )
    taken = {s.name for s in others} | {s.id for s in others}
    if name in taken:
        remedy = f"Choose another name, such as {number_name(name, taken)}."
        raise RunError(f"There is already a run called {name}.", remedy, "name")


def _suggest_name(recipe: Recipe, others: list[Summary]) -> str:
    base = f"{recipe.find_strategy().title} on {recipe.data.train.name}"
    sources = [choice.name for choice in recipe.data.learned if choice.role == "source"]
    if sources:
        several = f"{len(sources)} other data sets"
        base += f" and {sources[0] if len(sources) == 1 else several}"
    for choice in recipe.data.learned:
        base += f", adapted to {choice.name}" if choice.role == "target" else ""
    pattern = re.compile(re.escape(base) + r"(?: (\d+))?")
    matches = (pattern.fullmatch(summary.name) for summary in others)
    numbers = [int(match[1] or 1) for match in matches if match]
    return f"{base} {max(numbers) + 1}" if numbers else base
