"""Fewer epochs, or smaller images, so that runs take no longer than a person gives them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from medapp.data.catalog import Catalog
from medapp.data.facts import find_largest_side
from medapp.data.samples import DataSet
from medapp.errors import RecipeError
from medapp.runs.plan import Plan, plan_run
from medapp.runs.progress import format_seconds
from medapp.settings import Group
from medapp.store.workspace import Workspace
from medapp.training.recipe import DataChoice, Machine, Recipe, build_settings
from medapp.training.recipe.names import arrange
from medapp.training.recipe.presets import PRESETS, Preset

SIZES = (224, 160, 128, 96, 64)  # px, the better first
ENOUGH_EPOCHS = 10  # before larger images are worth their time
FEWEST_EPOCHS = 3  # below which a head on kept features is the better use of the time
INSTEAD = "quick-look"  # a preset that fits nearly everywhere


def fit_epochs(plan: Callable[[int], float], asked: int, minutes: float | None, noun: str) -> int:
    """How many epochs fit the time, at most as many as were asked for.

    Args:
        plan: the seconds that all runs take, by the estimate for this machine, given the epochs.
        minutes: None where there is no limit.
        noun: what the study is called in an error.

    Raises:
        RecipeError: the time is too short even for one epoch, or is none.
    """
    check_minutes(minutes, noun)
    whole = plan(asked)
    if minutes is None or whole <= 60 * minutes:
        return asked
    least = plan(1)
    if least > 60 * minutes:
        raise RecipeError(
            f"Even with one epoch each, the {noun} takes about {least / 60:.0f} min on this"
            f" machine, and {minutes:g} were given.",
            remedy="Give it more minutes, fewer seeds, or a smaller image size.",
            setting="minutes",
        )
    # The estimate rises evenly with the epochs.
    return 1 + int((60 * minutes - least) / ((whole - least) / (asked - 1)))


def check_minutes(minutes: float | None, noun: str) -> None:
    """Raise RecipeError where a time is none: not above 0, or no number.

    Args:
        minutes: None where there is no limit.
        noun: what would take the time.
    """
    if minutes is not None and not 0 < minutes < math.inf:
        raise RecipeError(
            f"A {noun} takes minutes above 0, not {minutes:g}.",
            remedy="Give a number such as 30, or none to let the time be.",
            setting="minutes",
        )


def limit_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with at most so many epochs."""
    budget = recipe.budget.model_copy(update={"epochs": min(epochs, recipe.budget.epochs)})
    return recipe.model_copy(update={"budget": budget})


def fit_preset(
    workspace: Workspace,
    data_set: DataSet,
    preset: Preset,
    asked: Mapping[str, Any],
    further: Sequence[DataChoice] = (),
) -> dict[str, Any]:
    """A preset's settings for a data set on this machine, with those that were asked for.

    Where the preset has a time, that is kept by the plan's estimate: the largest images of `SIZES`
    that leave time for `ENOUGH_EPOCHS`, else the smallest ones, and then as many epochs as fit, or
    a linear probe where hardly any do. An image size or epochs that were asked for stay.

    Args:
        further: data sets that are learned from besides.

    Raises:
        RecipeError, DataError, WeightsError: the recipe cannot work; see `plan_run`.
    """
    values = {**preset.values, **asked}
    if not preset.minutes:
        return values
    nested = arrange(asked, Recipe, Machine)[0]
    is_sized = _is_asked(nested, "preprocess", "image_size")
    has_epochs = _is_asked(nested, "budget", "epochs")
    data = {"choices": (DataChoice(id=data_set.uid, name=data_set.name), *further)}
    fitted: dict[str, Any] = {}
    epochs = 0
    for size in _list_sizes(Catalog(workspace), data_set):
        fitted = {} if is_sized else {"image_size": size}
        epochs = _count_epochs(workspace, {**values, **fitted, "data": data}, preset.minutes)
        if epochs >= ENOUGH_EPOCHS or is_sized:
            break
    # What is learned from several data sets is the backbone, which a linear probe leaves alone.
    if epochs < FEWEST_EPOCHS and not (has_epochs or "strategy" in nested or further):
        return {**PRESETS[INSTEAD].values, **asked}
    if not has_epochs:
        fitted["epochs"] = max(1, epochs)
    return {**values, **fitted}


def describe_fit(recipe: Recipe, plan: Plan) -> str:
    """What a recipe does and takes, such as "Fine-tune, 15 epochs, 128 px: about 4 min …"."""
    facts = [recipe.find_strategy().title]
    if not recipe.find_strategy().is_fitted:
        most = "up to " if recipe.budget.early_stopping else ""
        facts.append(f"{most}{recipe.count_epochs()} epochs")
    facts.append(f"{recipe.preprocess.image_size} px")
    origin = "as an earlier run was measured" if plan.is_measured else "by a rule of thumb"
    return f"{', '.join(facts)}: about {format_seconds(plan.seconds)} on this machine, {origin}."


def _is_asked(nested: Mapping[str, Any], group: str, name: str) -> bool:
    """Whether nested values hold a setting; a whole group holds all of its own."""
    values = nested.get(group, {})
    return isinstance(values, Group) or name in values


def _list_sizes(catalog: Catalog, data_set: DataSet) -> list[int]:
    """The image sizes to try: none above the first that holds the largest image."""
    side = find_largest_side(catalog, data_set)
    enough = min((size for size in SIZES if size >= side), default=max(SIZES))
    return [size for size in SIZES if size <= enough]


def _count_epochs(workspace: Workspace, values: Mapping[str, Any], minutes: float) -> int:
    """How many epochs of a recipe fit the time, at most as many as it asks for; 0 for none."""
    recipe, machine = build_settings(values)

    def plan(epochs: int) -> float:
        return plan_run(workspace, limit_epochs(recipe, epochs), machine).seconds

    plan(1)  # what is wrong with the recipe is raised, and not taken for a lack of time
    try:
        return fit_epochs(plan, recipe.budget.epochs, minutes, "run")
    except RecipeError:
        return 0
