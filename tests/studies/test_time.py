"""Epochs that fit a time, by an estimate that is known."""

import pytest

from medapp.errors import RecipeError
from medapp.studies.time import fit_epochs, limit_epochs
from medapp.training.recipe import build_recipe


def plan(epochs: int) -> float:
    """Two minutes, and half a minute an epoch."""
    return 120 + 30 * epochs


@pytest.mark.parametrize(("minutes", "epochs"), [(None, 20), (12, 20), (7, 10), (6.9, 9), (2.5, 1)])
def test_as_many_epochs_as_fit(minutes: float | None, epochs: int) -> None:
    assert fit_epochs(plan, 20, minutes, "race") == epochs
    assert minutes is None or plan(epochs) <= 60 * minutes


def test_too_short_a_time_is_refused_in_words() -> None:
    with pytest.raises(RecipeError, match="one epoch each, the race takes about 2 min") as caught:
        fit_epochs(plan, 20, 2, "race")
    assert caught.value.setting == "minutes"


def test_epochs_are_lowered_and_never_raised() -> None:
    recipe = build_recipe({"data": "x", "epochs": 8})
    assert limit_epochs(recipe, 3).budget.epochs == 3
    assert limit_epochs(recipe, 30).budget.epochs == 8
