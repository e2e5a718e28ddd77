"""What a thousand finished runs cost a server that shows them, beside ten.

    python -m benchmarks.speed.many_runs

A run is copied so often, without its weights. Timed are an idle tick of the supervisor, a plan and
a search by name, in CPU seconds, after a first look at all runs.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.kit.claims import Claim
from medapp.runs.events import EpochFinished, PlanMade, SpeedMeasured, StateChanged
from medapp.runs.making import create_run
from medapp.runs.plan import plan_run
from medapp.runs.registry import find_registry
from medapp.runs.supervisor import Supervisor
from medapp.session import Session
from medapp.store.workspace import Workspace, open_workspace
from medapp.training.recipe import Recipe, build_recipe


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=10)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=200)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        things = {
            count: list_things(Path(folder) / str(count), count)
            for count in (options.few, options.many)
        }
        return [
            Claim(
                "18",
                f"{name} with {options.many:,} finished runs, CPU",
                f"with {options.few}",
                compare(things[options.many][name], things[options.few][name], options.repeats),
                1.2,
                is_ceiling=True,
            )
            for name in things[options.few]
        ]


def list_things(home: Path, count: int) -> dict[str, Callable[[], object]]:
    """What a server does again and again, in a workspace with so many finished runs."""
    workspace, recipe = build_workspace(home, count)
    registry = find_registry(workspace)
    assert len(registry.list_summaries()) == count
    return {
        "an idle tick of the supervisor": Supervisor(workspace).tick,
        "a plan": lambda: plan_run(workspace, recipe),
        "finding a run by its name": lambda: registry.find("run"),
    }


def compare(many: Callable[[], object], few: Callable[[], object], repeats: int) -> float:
    """The ratio of the median CPU seconds of two things, done in turn."""
    seconds: dict[Callable[[], object], list[float]] = {many: [], few: []}
    for do in (many, few):
        do()
    for _ in range(repeats):
        for do, taken in seconds.items():
            before = time.process_time()
            do()
            taken.append(time.process_time() - before)
    return statistics.median(seconds[many]) / statistics.median(seconds[few])


def build_workspace(home: Path, count: int) -> tuple[Workspace, Recipe]:
    """A data set, and a finished run on it with its copies."""
    workspace = open_workspace(home)
    images = home / "images"
    for label in ("a", "b"):
        (images / label).mkdir(parents=True)
        for i in range(10):
            pixels = np.random.default_rng([i, ord(label)]).integers(0, 255, (8, 8), np.uint8)
            Image.fromarray(pixels).save(images / label / f"{i}.png")
    data = Session(workspace).add_data(images, "images")
    recipe = build_recipe({"data": data.name})
    run = create_run(workspace, recipe, name="run")
    counts = {"train": 14, "validation": 3, "test": 3}
    run.append_event(PlanMade(epochs=10, steps_per_epoch=1, classes=list(data.classes), **counts))
    for number in range(1, 11):
        row = EpochFinished(epoch=number, train_loss=1 / number, is_best=True, seconds=1.0)
        run.append_event(row)
    run.append_event(SpeedMeasured(forwards_per_second=100.0))
    run.append_event(StateChanged(state="done"))
    for number in range(1, count):
        shutil.copytree(run.folder, workspace.runs_folder / f"20000101-000000-{number:04d}")
    return workspace, recipe


if __name__ == "__main__":
    for claim in main():
        print(claim)
