"""A run goes on from the weights that it began with, or says that they are others now."""

import shutil
from pathlib import Path

import pytest
from conftest import Trained, register_empty

from medapp.errors import RunError
from medapp.models.backbones import BUNDLED_PATH
from medapp.runs.making import create_run, find_run
from medapp.runs.run import Run
from medapp.runs.starting import START, hold_start
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace
from medapp.studies.race import create_race
from medapp.training.recipe import build_recipe


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A weights file of the user's own."""
    return Path(shutil.copy(BUNDLED_PATH, tmp_path / "own.safetensors"))


def change(path: Path) -> None:
    """Another file of weights in the place of one: its last tensor ends otherwise."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def make(workspace: Workspace, source: str) -> Run:
    register_empty(workspace, "hands")
    return create_run(workspace, build_recipe({"data": "hands", "source": source}), name="first")


def test_a_file_that_was_replaced_is_refused_and_one_put_back_is_not(
    workspace: Workspace, own: Path
) -> None:
    run = make(workspace, str(own))
    hold_start(workspace, run)
    hold_start(workspace, run)
    kept = own.read_bytes()
    change(own)
    with pytest.raises(RunError, match=r"own\.safetensors, which first starts from, has changed"):
        hold_start(workspace, run)
    own.write_bytes(kept)
    hold_start(workspace, run)


def test_a_run_that_went_on_learning_is_named(trained: Trained) -> None:
    source = find_run(trained.workspace, "probe")
    run = make(trained.workspace, "run:probe")
    hold_start(trained.workspace, run)
    change(source.model_path)
    with pytest.raises(RunError, match="The model of probe, which first starts from"):
        hold_start(trained.workspace, run)


def test_nothing_is_held_of_random_weights(workspace: Workspace) -> None:
    run = make(workspace, "none")
    hold_start(workspace, run)
    assert not (run.folder / START).exists()


def test_the_runs_of_a_study_start_from_the_file_as_it_was_when_the_study_was_made(
    trained: Trained, own: Path
) -> None:
    recipe = build_recipe({"data": "bands", "source": str(own), "image_size": 32, "epochs": 1})
    race = create_race(trained.workspace, recipe, strategies=("linear-probe", "scratch"))
    first, control = (Run(trained.workspace.runs_folder / id) for id in race.list_runs())
    assert (first.folder / START).exists()
    assert not (control.folder / START).exists()
    change(own)
    assert Supervisor(trained.workspace, only=first).run_to_end(lambda event: None) == "failed"
    assert "has changed since the run was made" in (first.find_last_state().reason or "")
