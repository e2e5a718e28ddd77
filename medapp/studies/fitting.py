"""The recipes of a study with as many epochs as a person gives them time for."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from medapp.errors import RecipeError
from medapp.runs.plan import plan_run
from medapp.store.workspace import Workspace
from medapp.studies.time import fit_epochs
from medapp.training.recipe import Machine, Recipe

# Of the epochs that fit: the rest is for an estimate that says too little, as what does not fit by
# what was measured since is not begun.
FILLED = 0.9

K = TypeVar("K", bound=Hashable)


def fit_recipes(
    workspace: Workspace,
    build: Callable[[int], Mapping[K, Recipe]],
    asked: int,
    machine: Machine | None,
    *,
    parts: int,
    minutes: float | None,
    workers: int,
    noun: str,
) -> tuple[Mapping[K, Recipe], tuple[str, ...]]:
    """The recipes of a study with as many epochs as fit the time, and what was changed in words.

    Args:
        build: the recipes, given the epochs.
        asked: the epochs that were asked for.
        parts: how often each recipe runs, over seeds or folds.
        minutes: that all may take; None where there is no limit.
        workers: how many runs work at once.
        noun: what the study is called.

    Raises:
        RecipeError: a run could not work, no worker is asked for, or the time is too short even for
            one epoch each.
    """
    check_workers(noun, workers)

    def plan(epochs: int) -> float:
        each = (plan_run(workspace, recipe, machine) for recipe in build(epochs).values())
        return parts * sum(one.seconds for one in each) / workers

    most = fit_epochs(plan, asked, minutes, noun)
    if most == asked:
        return build(asked), ()
    epochs = max(1, int(FILLED * most))
    text = (
        f"Epochs are {epochs} and not {asked}, so that the {noun} takes about {minutes:g} minutes"
        " here: a way of training that needs long is judged after a short one."
    )
    return build(epochs), (text,)


def check_workers(noun: str, workers: int) -> None:
    """Raise RecipeError where nobody would work.

    Args:
        noun: what the study is called.
    """
    if workers < 1:
        raise RecipeError(
            f"A {noun} needs one worker or more, not {workers}.",
            remedy="1 runs one training after the other on this machine.",
            setting="workers",
        )
