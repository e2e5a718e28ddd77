"""A run's folder: its state is what its events say, whoever asks, and damage is said in words."""

import json
from pathlib import Path

import pytest
from conftest import register_empty

from medapp.errors import RunError
from medapp.runs.events import (
    Event,
    MessageSaid,
    PlanMade,
    StateChanged,
    StepTaken,
    WorkerReady,
)
from medapp.runs.locks import hold_machine
from medapp.runs.making import create_run, list_runs
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.training.recipe import Machine, build_settings
from medapp.training.recipe.file import VERSION

STEP = {"epoch": 1, "rate": 0.1, "images_per_second": 1.0}


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that waits, on a data set without images."""
    register_empty(workspace, "hands")
    values = {"data": "hands", "epochs": 4, "precision": "float32"}
    return create_run(workspace, *build_settings(values), "first")


def write_events(run: Run, *events: Event) -> None:
    """Events at times of the test's own, which `append_event` would replace by now."""
    lines = [json.dumps(event.to_dict()) + "\n" for event in events]
    (run.folder / "events.jsonl").write_text("".join(lines))


def test_what_was_asked_is_read_again_with_the_machine_beside_it(run: Run) -> None:
    assert (run.name, run.state, run.recipe.budget.epochs) == ("first", "queued", 4)
    assert run.machine == Machine(precision="float32")


def test_active_run_without_a_process_is_interrupted(run: Run) -> None:
    lock = run.lock()
    run.set_state("training")
    assert run.state == "training"
    lock.release()
    assert run.state == "interrupted"
    assert run.find_last_state().state == "training"


def test_a_reason_stands_beside_the_state(run: Run) -> None:
    run.set_state("failed", "The disk is full.")
    last = run.find_last_state()
    assert (last.state, last.reason) == ("failed", "The disk is full.")


def test_run_is_held_by_one(run: Run) -> None:
    with run.lock():
        with pytest.raises(RunError, match="Another process"):
            run.lock()
        with pytest.raises(RunError, match="Stop it first"):
            run.delete()


def test_machine_is_held_by_one_run(workspace: Workspace) -> None:
    with hold_machine(workspace) as first, hold_machine(workspace) as second:
        assert first
        assert not second
    with hold_machine(workspace) as again:
        assert again


def test_waiting_run_is_stopped_at_once_and_resumed(run: Run) -> None:
    run.request_stop()
    assert run.state == "stopped"
    assert not run.is_stop_requested()
    run.request_resume()
    assert run.state == "queued"
    with pytest.raises(RunError, match="queued"):
        run.request_resume()


def test_a_run_without_a_model_says_how_to_get_one(run: Run) -> None:
    assert not run.has_model
    with pytest.raises(RunError, match="no model yet: it is queued"):
        run.require_model()


def test_line_cut_off_by_a_crash_is_passed_over(run: Run) -> None:
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "step", "lo')
    assert [event.kind for event in run.list_events()] == ["state"]
    run.append_event(MessageSaid(text="after"))
    assert [event.kind for event in run.list_events()] == ["state", "message"]


def test_events_are_read_on_from_where_one_was(run: Run) -> None:
    events, offset = run.load_events()
    assert events == [StateChanged(time=events[0].time, state="queued")]
    written = run.append_event(MessageSaid(text="grüße"))
    events, offset = run.load_events(offset)
    assert events == [written]
    assert run.load_events(offset) == ([], offset)


def test_a_line_under_way_is_left_for_the_next_look(run: Run) -> None:
    _, offset = run.load_events()
    path = run.folder / "events.jsonl"
    with path.open("ab") as file:
        file.write(b'{"time": 5, "kind": "message", ')
    assert run.load_events(offset) == ([], offset)
    with path.open("ab") as file:
        file.write(b'"text": "whole"}\n')
    events, _ = run.load_events(offset)
    assert events == [MessageSaid(time=5, text="whole")]


def test_state_is_found_far_back_and_past_a_line_cut_off(run: Run) -> None:
    with run.lock():
        run.set_state("training")
        for step in range(1000):
            run.append_event(StepTaken(step=step, loss=0.5, **STEP))
        with (run.folder / "events.jsonl").open("ab") as file:
            file.write(b'{"time": 1, "kind": "state", "sta')
        assert run.state == "training"


def test_seconds_are_those_of_work_over_all_sittings_that_ended(run: Run) -> None:
    write_events(
        run,
        StateChanged(time=0, state="queued"),
        StateChanged(time=10, state="preparing"),
        WorkerReady(time=13),
        StateChanged(time=14, state="training"),
        StateChanged(time=20, state="stopped"),
        StateChanged(time=500, state="queued"),
        StateChanged(time=501, state="preparing"),
        WorkerReady(time=504),
        StateChanged(time=506.5, state="done"),
        WorkerReady(time=900),
    )
    assert run.count_seconds() == 7 + 2.5


def test_classes_are_those_of_the_first_plan(run: Run) -> None:
    assert run.find_classes() == ()
    run.append_event(PlanMade(epochs=1, steps_per_epoch=1, classes=["b", "a"]))
    assert run.find_classes() == ("b", "a")


def test_what_the_worker_printed_is_read_whatever_its_bytes(run: Run) -> None:
    assert run.read_log() == ""
    (run.folder / "log.txt").write_bytes(b"a\xffb")
    assert run.read_log() == "a\ufffdb"


def test_a_deleted_run_is_gone(workspace: Workspace, run: Run) -> None:
    run.delete()
    assert not run.folder.exists()
    assert list_runs(workspace) == []


def test_recipe_from_a_newer_version_is_said(run: Run) -> None:
    path: Path = run.folder / "recipe.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": VERSION + 1}))
    with pytest.raises(RunError, match="Update MedApp"):
        _ = run.recipe
    assert "Update MedApp" in (run.find_damage() or "")
