"""`recipe.json`: a recipe with the machine's settings beside it, and the way from older versions.

1   one flat object; a data set by its name, `dataset`; the machine's settings among the others
2   the groups of `Recipe`, and `machine`; data sets by id
3   without the group `judging`, whose bootstrap replicates nothing draws any more
4   a linear probe is fitted; the head that learned by steps under that name is "head-by-steps"
5   `value_range` in the preprocessing: before, each image that was not of 8 bits was stretched
    from its darkest to its brightest pixel
6   `windows` on CT numbers in the preprocessing: before, a CT was shown as its file says
7   `norms` may be auto; before, they learned from each batch where nothing else was said
"""

import json
from collections.abc import Callable
from typing import Any

from medapp.errors import RecipeError
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.recipe import Recipe, build_group

VERSION = 7


def write_settings(recipe: Recipe, machine: Machine) -> str:
    """JSON text that `read_settings` turns back into an equal recipe and machine."""
    values = {"version": VERSION, **recipe.model_dump(), "machine": machine.model_dump()}
    return json.dumps(values, indent=1, ensure_ascii=False)


def read_settings(text: str) -> tuple[Recipe, Machine]:
    """A recipe and its machine's settings as any version of MedApp wrote them.

    Raises:
        RecipeError: not JSON, from a newer version, or with an unknown or invalid setting.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(
            f"The recipe is not valid JSON: {error}.", remedy="Restore the file or start a new run."
        ) from error
    if not isinstance(values, dict):
        raise RecipeError(
            f"The recipe must be a JSON object, not {type(values).__name__}.",
            remedy="Restore the file or start a new run.",
        )
    version = values.pop("version", None)
    if version not in (*MIGRATIONS, VERSION):
        raise RecipeError(
            f"The recipe has version {version!r} and this MedApp reads up to {VERSION}.",
            remedy="Update MedApp, or start a new run.",
        )
    while version != VERSION:
        values = MIGRATIONS[version](values)
        version += 1
    machine = values.pop("machine", {})
    return build_group(Recipe, values), build_group(Machine, machine)


# The group of version 2 to what stood there in version 1. What has been released never changes.
GROUPS_OF_2: dict[str, tuple[str, ...]] = {
    "preprocess": ("image_size",),
    "start": ("source", "architecture"),
    "strategy": ("strategy",),
    "optimisation": (
        "batch_size",
        "optimiser",
        "learning_rate",
        "backbone_rate",
        "weight_decay",
        "momentum",
        "schedule",
        "warmup",
    ),
    "augmentation": ("augmentation",),
    "objective": ("class_weights", "label_smoothing"),
    "budget": ("epochs", "early_stopping"),
    "machine": ("device", "devices", "precision", "threads"),
}


def _group_settings(values: dict[str, Any]) -> dict[str, Any]:
    """Version 1 to 2.

    In version 1 a probe's augmentation and a scratch run's source had been rewritten to "none",
    which is what they are in version 2 as well.
    """
    rest = dict(values)
    grouped: dict[str, Any] = {"data": {"choices": ()}}
    if "dataset" in rest:
        grouped["data"]["choices"] = ({"name": rest.pop("dataset")},)
    for group, names in GROUPS_OF_2.items():
        inner = {
            "name" if name == group else name: rest.pop(name) for name in names if name in rest
        }
        if inner:
            grouped[group] = inner
    if isinstance(rest.get("preprocess"), dict):
        grouped["preprocess"] = {**rest.pop("preprocess"), **grouped.get("preprocess", {})}
    # What version 1 did not know is refused by its name.
    return {**grouped, **rest}


def _drop_judging(values: dict[str, Any]) -> dict[str, Any]:
    """Version 2 to 3: intervals are computed without resamples."""
    return {name: value for name, value in values.items() if name != "judging"}


def _name_head_by_steps(values: dict[str, Any]) -> dict[str, Any]:
    """Version 3 to 4: what was called a linear probe keeps its way to learn, under its new name."""
    strategy = values.get("strategy")
    if isinstance(strategy, dict) and strategy.get("name") == "linear-probe":
        return {**values, "strategy": {**strategy, "name": "head-by-steps"}}
    return values


def _say_value_range(values: dict[str, Any]) -> dict[str, Any]:
    """Version 4 to 5: models go on seeing what they learned from."""
    preprocess = values.get("preprocess", {})
    if not isinstance(preprocess, dict):
        return values
    return {**values, "preprocess": {**preprocess, "value_range": "image"}}


def _say_windows(values: dict[str, Any]) -> dict[str, Any]:
    """Version 5 to 6: as the file says."""
    preprocess = values.get("preprocess", {})
    if not isinstance(preprocess, dict):
        return values
    return {**values, "preprocess": {**preprocess, "windows": ""}}


def _say_norms(values: dict[str, Any]) -> dict[str, Any]:
    """Version 6 to 7: before, a head that was fitted first went on under each batch's statistics.

    Convolutions are no longer rescaled; what was, is in the weights.
    """
    strategy, start = values.get("strategy", {}), values.get("start", {})
    if not isinstance(strategy, dict) or not isinstance(start, dict):
        return values
    kept = {name: value for name, value in start.items() if name != "rescaled"}
    return {**values, "strategy": {"norms": "learn", **strategy}, "start": kept}


# The row of version n leads to n + 1. A row that was released is never changed.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _group_settings,
    2: _drop_judging,
    3: _name_head_by_steps,
    4: _say_value_range,
    5: _say_windows,
    6: _say_norms,
}
