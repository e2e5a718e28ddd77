"""A recipe as the command that asks for it in a shell."""

import shlex
from collections.abc import Mapping
from typing import Any

from medapp.errors import RecipeError
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.names import read_defaults, read_values
from medapp.training.recipe.presets import PRESETS
from medapp.training.recipe.recipe import Recipe

# Settings that have an option of their own; the others are given by --set.
OPTIONS = {
    "source": "--from",
    "strategy": "--strategy",
    "epochs": "--epochs",
    "image_size": "--image-size",
    "seed": "--seed",
    "folds": "--folds",
}


def write_command(recipe: Recipe, machine: Machine, data_set: str) -> str:
    """The shortest `medapp train …` that asks for a recipe.

    Args:
        data_set: what the recipe's data set is called now.

    Raises:
        RecipeError: the recipe chooses among the samples, which no option can say.
    """
    if recipe.data.train.only:
        raise RecipeError(
            "This recipe learns from some of its data set's samples only, which no option of the"
            " command can say.",
            remedy="Start it from Python.",
        )
    asked = read_values(recipe, machine)
    # The data set says what the task is.
    del asked["task"]
    further = _list_sources(recipe)
    if further:
        # Naming sources asks for their objective.
        del asked["objective"]
    for choice in recipe.data.learned:
        if choice.role == "target":
            further = ["--target", choice.name, "--adaptation", asked.pop("objective")]
    # A preset that is fitted to a machine says something else on another one.
    fixed = [name for name, preset in PRESETS.items() if not preset.minutes]
    # Of two that are as short, the one with a preset says more.
    found = min((_list_words(asked, preset) for preset in (*fixed, "")), key=len)
    return shlex.join(["medapp", "train", "--data", data_set, *further, *found])


def _list_sources(recipe: Recipe) -> list[str]:
    """The option that names the further labelled data sets; once for each whose name has a comma.

    They are called what they were when the run was asked for.
    """
    names = [choice.name for choice in recipe.data.choices if choice.role == "source"]
    if any("," in name for name in names):
        return [word for name in names for word in ("--sources", name)]
    return ["--sources", ",".join(names)] if names else []


def _list_words(asked: Mapping[str, Any], preset: str) -> list[str]:
    """The options that turn the defaults, or a preset, into what is asked."""
    usual = read_defaults(Recipe, Machine)
    start = {**usual, **PRESETS[preset].values} if preset else usual
    words = ["--preset", preset] if preset else []
    for name, value in asked.items():
        if value == start[name]:
            continue
        written = str(value).lower() if isinstance(value, bool) else str(value)
        words += [OPTIONS[name], written] if name in OPTIONS else ["--set", f"{name}={written}"]
    return words
