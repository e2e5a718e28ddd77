"""Fewer epochs, so that the runs of a study take no longer than a person gives them."""

from collections.abc import Callable

from medapp.errors import RecipeError
from medapp.training.recipe import Recipe


def fit_epochs(plan: Callable[[int], float], asked: int, minutes: float | None, noun: str) -> int:
    """How many epochs fit the time, at most as many as were asked for.

    Args:
        plan: the seconds that all runs take, by the estimate for this machine, given the epochs.
        minutes: None where there is no limit.
        noun: what the study is called in an error.

    Raises:
        RecipeError: the time is too short even for one epoch.
    """
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


def limit_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with at most so many epochs."""
    budget = recipe.budget.model_copy(update={"epochs": min(epochs, recipe.budget.epochs)})
    return recipe.model_copy(update={"budget": budget})
