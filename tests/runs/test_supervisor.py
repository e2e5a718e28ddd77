"""The child process for real: trained to the end, stopped, killed, resumed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from conftest import write_bands
from safetensors.numpy import load_file

from medapp.data.importing import add_folder
from medapp.runs.results import load_predictions
from medapp.runs.run import Event, Run, create_run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace
from medapp.training.recipe.recipe import Recipe

SETTINGS = {"image_size": 32, "epochs": 3, "batch_size": 8, "precision": "float32", "threads": 1}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> str:
    return add_folder(workspace, write_bands(tmp_path / "bands")).data_set.name


def follow(
    workspace: Workspace,
    run: Run,
    react: Callable[[Event, Supervisor], None] = lambda event, supervisor: None,
) -> str:
    supervisor = Supervisor(workspace, only=run)
    return supervisor.run_to_end(lambda event: react(event, supervisor))


def test_run_trains_and_is_judged(workspace: Workspace, bands: str) -> None:
    run = create_run(workspace, Recipe(bands, **SETTINGS))
    assert follow(workspace, run) == "done", run.log
    states = [e["state"] for e in run.events if e["kind"] == "state"]
    assert states == ["queued", "preparing", "training", "evaluating", "done"]
    figures = run.load_evaluation()
    assert figures is not None
    assert (
        figures["n"] == len([1 for e in run.events if e["kind"] == "test_read"]) * figures["n"] > 0
    )
    assert run.has_model


def test_stopped_run_keeps_its_best_model_and_resumes(workspace: Workspace, bands: str) -> None:
    run = create_run(workspace, Recipe(bands, **SETTINGS | {"epochs": 500}))

    def stop_after_two_epochs(event: Event, supervisor: Supervisor) -> None:
        if event["kind"] == "epoch" and event["epoch"] == 2:
            run.request_stop()

    assert follow(workspace, run, stop_after_two_epochs) == "stopped"
    assert run.has_model
    done = max(e["epoch"] for e in run.events if e["kind"] == "epoch")
    assert done < 500
    run.request_resume()

    def stop_later(event: Event, supervisor: Supervisor) -> None:
        if event["kind"] == "epoch" and event["epoch"] > done:
            run.request_stop()

    assert follow(workspace, run, stop_later) == "stopped"
    epochs = [e["epoch"] for e in run.events if e["kind"] == "epoch"]
    assert epochs == sorted(set(epochs))
    assert max(epochs) > done


def test_two_processes_end_with_the_weights_of_one(workspace: Workspace, bands: str) -> None:
    # Larger images and a low rate: each step enlarges the rounding of the one before, the more so
    # where BatchNorm sees few values.
    settings = SETTINGS | {
        "optimiser": "sgd",
        "learning_rate": 0.002,
        "augmentation": "strong",
        "image_size": 64,
        "class_weights": True,
    }
    one, two = (
        create_run(workspace, Recipe(bands, **settings, devices=devices)) for devices in (1, 2)
    )
    assert follow(workspace, one) == "done"

    def stop_after_an_epoch(event: Event, supervisor: Supervisor) -> None:
        if event["kind"] == "epoch" and event["epoch"] == 1:
            two.request_stop()

    assert follow(workspace, two, stop_after_an_epoch) == "stopped", two.log
    two.request_resume()
    assert follow(workspace, two) == "done", two.log
    assert next(e["devices"] for e in two.events if e["kind"] == "plan") == 2
    for kind, key in (("step", "loss"), ("epoch", "train_accuracy"), ("epoch", "validation_loss")):
        found = [[e[key] for e in run.events if e["kind"] == kind] for run in (one, two)]
        assert found[0] == pytest.approx(found[1], rel=1e-4), key
    weights = [load_file(run.model_path) for run in (one, two)]
    for name, tensor in weights[0].items():
        assert np.allclose(tensor, weights[1][name], rtol=1e-3, atol=1e-4), name
    probabilities = [
        [row["probability of above"] for row in load_predictions(run)] for run in (one, two)
    ]
    assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-3)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_run_goes_on_when_one_of_its_processes_was_killed(workspace: Workspace, bands: str) -> None:
    run = create_run(workspace, Recipe(bands, **SETTINGS, devices=2))
    killed: list[psutil.Process] = []

    def kill_the_second(event: Event, supervisor: Supervisor) -> None:
        if event["kind"] == "epoch" and not killed and supervisor.child is not None:
            killed.extend(psutil.Process(supervisor.child.pid).children())
            killed[0].kill()

    if (
        follow(workspace, run, kill_the_second) == "failed"
    ):  # it noticed; else its supervisor did, and started it again
        assert "vanished" in run.last_state["reason"]
        run.request_resume()
        assert follow(workspace, run) == "done", run.log
    assert run.state == "done"
    assert len(killed) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_killed_run_ends_with_the_weights_of_an_undisturbed_one(
    workspace: Workspace, bands: str
) -> None:
    whole, killed = (create_run(workspace, Recipe(bands, **SETTINGS)) for _ in range(2))
    assert follow(workspace, whole) == "done"
    kills: list[int] = []

    def kill_once(event: Event, supervisor: Supervisor) -> None:
        if (
            event["kind"] == "step"
            and event["step"] == 4
            and not kills
            and supervisor.child is not None
        ):
            kills.append(supervisor.child.pid)
            os.kill(supervisor.child.pid, signal.SIGKILL)

    assert follow(workspace, killed, kill_once) == "done", killed.log
    assert len(kills) == 1
    one, two = load_file(whole.model_path), load_file(killed.model_path)
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_worker_ends_when_its_supervisor_is_gone(workspace: Workspace, bands: str) -> None:
    run = create_run(workspace, Recipe(bands, **SETTINGS | {"epochs": 500}))
    supervisor = Supervisor(workspace, only=run)
    closed: list[subprocess.Popen[bytes]] = []

    def close_input(event: Event) -> None:
        if event["kind"] == "epoch" and not closed and supervisor.child is not None:
            closed.append(supervisor.child)
            supervisor.stop()
            # so that the supervisor, which we keep watching with, does not start it again
            run.request_stop()

    assert supervisor.run_to_end(close_input) == "stopped"
    assert closed[0].returncode == 0
    assert "interrupted" in [e.get("state") for e in run.events]


def test_fault_of_the_data_is_said(workspace: Workspace, bands: str, tmp_path: Path) -> None:
    run = create_run(workspace, Recipe(bands, **SETTINGS))
    for file in (tmp_path / "bands" / "above").iterdir():
        file.unlink()
    assert follow(workspace, run) == "failed"
    assert "Traceback" not in run.last_state["reason"]
