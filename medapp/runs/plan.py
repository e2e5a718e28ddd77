"""What a run will be, before it starts: whether it can work, and about how long it takes on this
machine.
"""

import contextlib
import json
from collections import Counter
from dataclasses import dataclass

import psutil

from medapp.data.catalog import Catalog
from medapp.errors import RecipeError
from medapp.models.backbones import BACKBONES, Backbone
from medapp.models.sources import find_source
from medapp.runs.run import list_runs, resolve_source
from medapp.store.workspace import Workspace
from medapp.training.machine.memory import estimate_bytes
from medapp.training.recipe.recipe import Recipe

TYPICAL_GIGAFLOPS = 100.0  # a second, two laptop cores; until this machine has been measured
EFFICIENCY = (
    0.6  # of a whole training step against one convolution: a guess until an earlier run tells
)
TRAINING_COST = {
    "linear-probe": 0.0,
    "last-stage": 1.5,
    "fine-tune": 3.0,
    "scratch": 3.0,
}  # forward passes a training image and epoch
START_SECONDS = 6.0  # a process with torch, and the first pixels


@dataclass(frozen=True)
class Plan:
    """A run before it starts.

    Attributes:
        seconds: estimated, from start to figures.
        is_measured: the estimate comes from an earlier run like this one, not from a rule of thumb.
        memory_bytes: what it will take at its peak, within a fifth; on a graphics card that card's
            memory is asked for most of it.
        free_bytes: of this machine's memory, now.
    """

    counts: dict[str, int]
    seconds: float
    is_measured: bool
    memory_bytes: int
    free_bytes: int


def plan_run(workspace: Workspace, recipe: Recipe) -> Plan:
    """Check that a recipe can work on its data set, and estimate its time.

    Raises:
        RecipeError: it cannot; says why and what to change.
        DataError: there is no such data set.
        WeightsError: what it starts from is not on this machine.
    """
    recipe, catalog = resolve_source(workspace, recipe), Catalog(workspace)
    data_set = catalog.find_data_set(recipe.dataset)
    by_side = catalog.count_classes(data_set)
    counts = {side: sum(by_side.get(side, {}).values()) for side in ("train", "validation", "test")}
    learned = Counter(by_side.get("train", {}))
    if len(data_set.classes) < 2:
        raise RecipeError(
            f"{data_set.name} has one class, {', '.join(data_set.classes)}; there is nothing to"
            " tell apart. Add a second class folder."
        )
    empty = [name for name in data_set.classes if not learned[name]]
    if empty:
        raise RecipeError(
            f"The training part of {data_set.name} has no image of {empty[0]}. Add images of that"
            " class, or remove its folder."
        )
    if recipe.strategy != "linear-probe" and min(recipe.batch_size, counts["train"]) < 2:
        raise RecipeError(
            "A batch of one image cannot train BatchNorm. Set the batch to 2 or more, or choose the"
            " linear probe."
        )
    if (
        counts["train"] // -(-counts["train"] // recipe.batch_size) < recipe.devices
    ):  # images in the smallest batch
        raise RecipeError(
            f"{recipe.devices} devices cannot share a batch of {recipe.batch_size}. Set the batch"
            " higher or devices lower."
        )
    find_source(recipe.source, recipe.architecture, workspace)
    rate = _find_rate(workspace, recipe)
    forward = sum(counts.values()) + recipe.epochs * counts["validation"] * (
        recipe.strategy != "linear-probe"
    )
    passes = forward + recipe.epochs * counts["train"] * TRAINING_COST[recipe.strategy]
    # Until the worker has probed the machine the precision is not known; float32 takes more.
    memory = recipe.devices * estimate_bytes(
        recipe, *find_size(recipe), "bfloat16" if recipe.precision == "bfloat16" else "float32"
    )
    return Plan(
        counts, START_SECONDS + passes / rate[0], rate[1], memory, psutil.virtual_memory().available
    )


def find_size(recipe: Recipe) -> tuple[int, float]:
    """Parameters of the network a recipe asks for, and what a step keeps of an image (see
    `estimate_bytes`).
    """
    row = _find_row(recipe)
    return round(BACKBONES[row.architecture].megabytes * 1e6 / 4), row.maps_mib


def _find_row(recipe: Recipe) -> Backbone:
    name = recipe.source if recipe.source in BACKBONES else recipe.architecture
    return BACKBONES[name if name in BACKBONES else "resnet18"]


def _find_rate(workspace: Workspace, recipe: Recipe) -> tuple[float, bool]:
    """Forward passes a second, and whether that was measured by an earlier run with this backbone,
    size and strategy.
    """
    for run in list_runs(workspace)[:30]:
        is_alike = all(
            getattr(run.recipe, name) == getattr(recipe, name)
            for name in ("source", "strategy", "image_size", "devices")
        )
        for event in run.load_events()[0] if is_alike and run.state == "done" else ():
            if event["kind"] == "speed":
                return float(event["forwards_per_second"]), True
    gigaflops = TYPICAL_GIGAFLOPS
    with contextlib.suppress(
        OSError, ValueError, IndexError, TypeError, AttributeError
    ):  # not measured yet
        known = json.loads((workspace.root / "machine.json").read_text(encoding="utf-8"))
        gigaflops = max(list(known.values())[-1].values())
    cost = _find_row(recipe).gigaflops * (recipe.image_size / 224) ** 2
    return EFFICIENCY * gigaflops / cost, False
