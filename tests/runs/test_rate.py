"""The range test on a recipe: the run's own steps, at other rates, and nothing left behind."""

from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import write_bands

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.errors import RecipeError, RunError
from medapp.runs import rate as rates
from medapp.runs.events import StepTaken
from medapp.runs.locks import hold_machine
from medapp.runs.making import create_run
from medapp.runs.rate import find_rate
from medapp.runs.sitting import Sitting
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, Recipe, build_settings

SMALL: dict[str, Any] = {
    "data": "bands",
    "image_size": 32,
    "batch_size": 8,
    "precision": "float32",
    "threads": 1,
    # Steps on features that are kept take no time.
    "strategy": "head-by-steps",
}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> Workspace:
    choice = ImportChoice(patient_pattern=r"p\d\d")
    add_folder(workspace, write_bands(tmp_path / "b"), name="bands", choice=choice)
    return workspace


def ask(**settings: Any) -> tuple[Recipe, Machine]:
    return build_settings({**SMALL, **settings})


def list_files(folder: Path) -> dict[str, bytes]:
    """All files of a workspace but caches and what processes lock."""
    kept = ("cache", "lock", "machine.json")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(word in str(path.relative_to(folder)) for word in kept)
    }


def test_rates_rise_and_nothing_is_left_behind(bands: Workspace) -> None:
    before = list_files(bands.root)
    told: list[tuple[str, int, int]] = []
    threads = torch.get_num_threads()
    found = find_rate(bands, *ask(threads=1), lambda *facts: told.append(facts))
    assert torch.get_num_threads() == threads
    assert list_files(bands.root) == before
    assert list(found.rates) == sorted(found.rates)
    assert found.rates[0] == pytest.approx(1e-5)
    assert 10 < len(found.rates) == len(found.losses) == len(found.smoothed) <= 100
    # Bands are learned at once at the right rate.
    assert found.suggestion is not None
    assert 1e-4 < found.suggestion < 1e-2
    assert told[-1] == (rates.STEPPING, len(found.rates), 100)
    assert any("Reading train" in title for title, _, _ in told)


def test_the_steps_are_those_of_the_run(bands: Workspace) -> None:
    recipe, machine = ask(strategy="last-stage", epochs=1, warmup=0.0)
    found = find_rate(bands, recipe, machine)
    run = create_run(bands, recipe, machine)
    assert Sitting(bands, run, lambda: False).do()
    first = next(event for event in run.list_events() if isinstance(event, StepTaken))
    # Before the first step no rate has done anything yet.
    assert found.losses[0] == first.loss


def test_the_same_again_finds_the_same(bands: Workspace) -> None:
    asked = ask(seed=3)
    assert find_rate(bands, *asked) == find_rate(bands, *asked)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_rates_lie_around_the_optimisers_own_default(bands: Workspace, optimiser: str) -> None:
    found = find_rate(bands, *ask(optimiser=optimiser, learning_rate=0.5))
    lowest = {"sgd": 2e-4, "adam": 1e-5}[optimiser]
    assert found.rates[0] == pytest.approx(lowest)


def test_a_strategy_without_steps_is_refused(bands: Workspace) -> None:
    with pytest.raises(RecipeError, match="fitted in one go, without a learning rate") as caught:
        find_rate(bands, *ask(strategy="linear-probe"))
    assert caught.value.setting == "strategy"


def test_a_machine_that_trains_is_left_to_the_run(bands: Workspace) -> None:
    with hold_machine(bands), pytest.raises(RunError, match="A run is under way"):
        find_rate(bands, *ask())


class StopError(Exception):
    """Stands for a person who stops the test."""


@pytest.mark.parametrize("title", ["Reading train images", rates.STEPPING])
def test_whoever_is_told_may_end_the_test(bands: Workspace, title: str) -> None:
    before = list_files(bands.root)

    def tell(said: str, done: int, total: int) -> None:
        if said == title and done > 1:
            raise StopError

    with pytest.raises(StopError):
        find_rate(bands, *ask(), tell)
    assert list_files(bands.root) == before
    with hold_machine(bands) as is_free:
        assert is_free
