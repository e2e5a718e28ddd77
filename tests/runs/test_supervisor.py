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
from conftest import sit, write_bands
from safetensors.numpy import load_file

from medapp.data.importing.adding import add_folder
from medapp.errors import RunError
from medapp.runs.events import EpochFinished, Event, PlanMade, StateChanged, StepTaken
from medapp.runs.locks import hold_machine
from medapp.runs.making import create_run
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.runs.worker import BUSY
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_settings

SETTINGS = {"image_size": 32, "epochs": 3, "batch_size": 8, "precision": "float32", "threads": 1}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> str:
    return add_folder(workspace, write_bands(tmp_path / "bands")).data_set.name


def create(workspace: Workspace, data: str, **settings: object) -> Run:
    return create_run(workspace, *build_settings({"data": data, **SETTINGS, **settings}))


def follow(
    workspace: Workspace,
    run: Run,
    react: Callable[[Event, Supervisor], None] = lambda event, supervisor: None,
) -> str:
    supervisor = Supervisor(workspace, only=run)
    return supervisor.run_to_end(lambda event: react(event, supervisor))


def list_epochs(run: Run) -> list[int]:
    return [event.epoch for event in run.list_events() if isinstance(event, EpochFinished)]


def test_run_trains_and_is_judged(workspace: Workspace, bands: str) -> None:
    run = create(workspace, bands)
    assert follow(workspace, run) == "done", run.read_log()
    states = [e.state for e in run.list_events() if isinstance(e, StateChanged)]
    assert states == ["queued", "preparing", "training", "evaluating", "done"]
    figures = run.load_evaluation()
    assert figures is not None
    assert figures.n > 0
    assert len([e for e in run.list_events() if e.kind == "test_read"]) == 1
    assert run.has_model


def test_stopped_run_keeps_its_best_model_and_resumes(workspace: Workspace, bands: str) -> None:
    run = create(workspace, bands, epochs=500)

    def stop_after_two_epochs(event: Event, supervisor: Supervisor) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 2:
            run.request_stop()

    assert follow(workspace, run, stop_after_two_epochs) == "stopped"
    assert run.has_model
    done = max(list_epochs(run))
    assert done < 500
    run.request_resume()

    def stop_later(event: Event, supervisor: Supervisor) -> None:
        if isinstance(event, EpochFinished) and event.epoch > done:
            run.request_stop()

    assert follow(workspace, run, stop_later) == "stopped"
    epochs = list_epochs(run)
    assert epochs == sorted(set(epochs))
    assert max(epochs) > done


def test_two_processes_end_with_the_weights_of_one(workspace: Workspace, bands: str) -> None:
    # Larger images and a low rate: each step enlarges the rounding of the one before, the more so
    # where BatchNorm sees few values.
    settings = {
        "optimiser": "sgd",
        "learning_rate": 0.002,
        "augmentation": "strong",
        "image_size": 64,
        "class_weights": True,
        # The first of five stages joins after two of three epochs: DDP sees no gradient of it.
        "unfreezing": 0.65,
        "norms": "measure",
    }
    one, two = (create(workspace, bands, **settings, devices=devices) for devices in (1, 2))
    sit(workspace, one)

    def stop_after_an_epoch(event: Event, supervisor: Supervisor) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 1:
            two.request_stop()

    assert follow(workspace, two, stop_after_an_epoch) == "stopped", two.read_log()
    two.request_resume()
    assert follow(workspace, two) == "done", two.read_log()
    assert next(e.devices for e in two.list_events() if isinstance(e, PlanMade)) == 2
    for kind, name in (
        (StepTaken, "loss"),
        (EpochFinished, "train_accuracy"),
        (EpochFinished, "validation_loss"),
    ):
        found = [
            [getattr(event, name) for event in run.list_events() if isinstance(event, kind)]
            for run in (one, two)
        ]
        assert found[0] == pytest.approx(found[1], rel=1e-4), name
    weights = [load_file(run.model_path) for run in (one, two)]
    for name, tensor in weights[0].items():
        assert np.allclose(tensor, weights[1][name], rtol=1e-3, atol=1e-4), name
    probabilities = [
        [row["probability of above"] for row in load_predictions(run)] for run in (one, two)
    ]
    assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-3)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_run_goes_on_when_one_of_its_processes_was_killed(workspace: Workspace, bands: str) -> None:
    run = create(workspace, bands, devices=2)
    killed: list[psutil.Process] = []

    def kill_the_second(event: Event, supervisor: Supervisor) -> None:
        if isinstance(event, EpochFinished) and not killed and supervisor.child is not None:
            killed.extend(psutil.Process(supervisor.child.pid).children())
            killed[0].kill()

    if (
        follow(workspace, run, kill_the_second) == "failed"
    ):  # it noticed; else its supervisor did, and started it again
        assert "vanished" in (run.find_last_state().reason or "")
        run.request_resume()
        assert follow(workspace, run) == "done", run.read_log()
    assert run.state == "done"
    assert len(killed) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_killed_run_ends_with_the_weights_of_an_undisturbed_one(
    workspace: Workspace, bands: str
) -> None:
    whole, killed = (create(workspace, bands) for _ in range(2))
    sit(workspace, whole)
    kills: list[int] = []

    def kill_once(event: Event, supervisor: Supervisor) -> None:
        if (
            isinstance(event, StepTaken)
            and event.step == 4
            and not kills
            and supervisor.child is not None
        ):
            kills.append(supervisor.child.pid)
            os.kill(supervisor.child.pid, signal.SIGKILL)

    assert follow(workspace, killed, kill_once) == "done", killed.read_log()
    assert len(kills) == 1
    one, two = load_file(whole.model_path), load_file(killed.model_path)
    assert all(np.array_equal(one[name], two[name]) for name in one)


def vanish(run: Run, times: int = 1) -> None:
    """Sittings that end without a word, as when the system kills the process."""
    for _ in range(times):
        with run.lock():
            run.set_state("preparing")


def look(workspace: Workspace, run: Run) -> str:
    """The state after a look while another run has the machine, so that no worker starts."""
    with hold_machine(workspace):
        Supervisor(workspace).tick()
    return run.state


def test_a_run_is_given_up_when_its_process_has_vanished_three_times(
    workspace: Workspace, bands: str
) -> None:
    run = create(workspace, bands)
    vanish(run, 2)
    assert look(workspace, run) == "interrupted"
    vanish(run)
    assert look(workspace, run) == "failed"
    assert "vanished 3 times" in (run.find_last_state().reason or "")


def test_an_epoch_or_a_persons_wish_makes_the_count_begin_anew(
    workspace: Workspace, bands: str
) -> None:
    run = create(workspace, bands)
    vanish(run, 2)
    run.append_event(EpochFinished(epoch=1, train_loss=0.5, is_best=True))
    vanish(run, 2)
    assert look(workspace, run) == "interrupted"
    vanish(run)
    assert look(workspace, run) == "failed"
    run.request_resume()
    vanish(run, 2)
    assert look(workspace, run) == "interrupted"


def test_worker_ends_when_its_supervisor_is_gone(workspace: Workspace, bands: str) -> None:
    run = create(workspace, bands, epochs=500)
    supervisor = Supervisor(workspace, only=run)
    closed: list[subprocess.Popen[bytes]] = []

    def close_input(event: Event) -> None:
        if isinstance(event, EpochFinished) and not closed and supervisor.child is not None:
            closed.append(supervisor.child)
            supervisor.stop()
            # so that the supervisor, which we keep watching with, does not start it again
            run.request_stop()

    assert supervisor.run_to_end(close_input) == "stopped"
    assert closed[0].returncode == 0
    assert "interrupted" in [e.state for e in run.list_events() if isinstance(e, StateChanged)]


def test_fault_of_the_data_is_said(workspace: Workspace, bands: str, tmp_path: Path) -> None:
    run = create(workspace, bands)
    for file in (tmp_path / "bands" / "above").iterdir():
        file.unlink()
    assert follow(workspace, run) == "failed"
    assert "Traceback" not in (run.find_last_state().reason or "")


def test_a_run_that_cannot_start_fails_and_those_behind_it_have_their_turn(
    workspace: Workspace, bands: str
) -> None:
    stuck, following = create(workspace, bands), create(workspace, bands)
    (stuck.folder / "log.txt").mkdir()  # the worker's output has nowhere to go
    supervisor = Supervisor(workspace)
    supervisor.tick()
    try:
        assert supervisor.child is not None
        assert stuck.find_last_state().state == "failed"
        assert "cannot start" in (stuck.find_last_state().reason or "")
        assert supervisor.child.args[-1] == str(following.folder)
    finally:
        supervisor.stop()


def test_a_run_that_can_neither_start_nor_fail_is_passed_over(
    workspace: Workspace, bands: str
) -> None:
    stuck, following = create(workspace, bands), create(workspace, bands)
    (stuck.folder / "log.txt").mkdir()
    (stuck.folder / "lock").mkdir()
    supervisor = Supervisor(workspace)
    supervisor.tick()
    try:
        assert stuck.find_last_state().state == "queued"
        assert supervisor.child is not None
        assert supervisor.child.args[-1] == str(following.folder)
    finally:
        supervisor.stop()


def test_a_worker_that_ends_at_once_is_not_started_for_ever(
    workspace: Workspace, bands: str
) -> None:
    stuck = create(workspace, bands)
    (stuck.folder / "lock").mkdir()  # the worker cannot hold the run
    supervisor = Supervisor(workspace)
    supervisor.tick()
    assert supervisor.child is not None
    supervisor.child.wait()
    supervisor.tick()
    assert supervisor.child is None


def test_a_worker_for_a_deleted_run_leaves_nothing(workspace: Workspace, bands: str) -> None:
    run = create(workspace, bands)
    supervisor = Supervisor(workspace)
    supervisor.tick()
    assert supervisor.child is not None
    run.delete()
    assert supervisor.child.wait() == 1
    supervisor.tick()
    assert supervisor.child is None
    assert not run.folder.exists()
    assert [path for path in workspace.runs_folder.iterdir() if path.is_dir()] == []
    with pytest.raises(RunError, match="was deleted"):
        run.lock()
    assert not run.is_locked()
    assert not run.folder.exists()


def test_of_two_supervisors_the_slower_one_follows_the_run(
    workspace: Workspace, bands: str
) -> None:
    run = create(workspace, bands)
    supervisor = Supervisor(workspace, only=run)
    supervisor.tick()
    assert supervisor.child is not None
    # The other supervisor's worker got the machine while this one's was starting.
    with hold_machine(workspace) as is_free, run.lock():
        assert is_free
        assert supervisor.child.wait() == BUSY
        supervisor.tick()
    assert supervisor.child is None
    assert run.find_last_state().state == "queued"
