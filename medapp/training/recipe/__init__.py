"""What a run is asked to do: groups of settings, presets, and the file they are kept in."""

from medapp.training.recipe.file import read_settings, write_settings
from medapp.training.recipe.groups import DataChoice
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.recipe import Recipe, build_recipe, build_settings

__all__ = [
    "DataChoice",
    "Machine",
    "Recipe",
    "build_recipe",
    "build_settings",
    "read_settings",
    "write_settings",
]
