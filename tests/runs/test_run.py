import json
from pathlib import Path

import pytest

from medapp.errors import RunError
from medapp.runs.events import merge_events
from medapp.runs.run import create_run, find_run, hold_machine, list_runs
from medapp.store.workspace import Workspace
from medapp.training.recipe.recipe import Recipe

RECIPE = Recipe("hands")


def test_new_run_waits_and_is_found_by_name_and_id(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE, "first")
    assert run.state == "queued"
    assert run.recipe == RECIPE
    assert find_run(workspace, "first").id == find_run(workspace, run.id).id == run.id


def test_names_are_suggested_and_unique(workspace: Workspace) -> None:
    names = [create_run(workspace, RECIPE).name for _ in range(3)]
    assert names == ["Fine-tune on hands", "Fine-tune on hands 2", "Fine-tune on hands 3"]
    with pytest.raises(RunError, match="already a run"):
        create_run(workspace, RECIPE, names[0])
    with pytest.raises(RunError, match="1 to 100"):
        create_run(workspace, RECIPE, " ")


def test_unknown_run_names_the_known_ones(workspace: Workspace) -> None:
    create_run(workspace, RECIPE, "first")
    with pytest.raises(RunError, match="first"):
        find_run(workspace, "second")


def test_runs_are_listed_newest_first(workspace: Workspace) -> None:
    ids = [create_run(workspace, RECIPE).id for _ in range(3)]
    assert [run.id for run in list_runs(workspace)] == ids[::-1]


def test_source_that_is_a_run_is_kept_by_id(workspace: Workspace) -> None:
    first = create_run(workspace, RECIPE, "first")
    assert create_run(workspace, Recipe("hands", source="first")).recipe.source == f"run:{first.id}"


def test_active_run_without_a_process_is_interrupted(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    lock = run.lock()
    run.append_event("state", state="training")
    assert run.state == "training"
    lock.release()
    assert run.state == "interrupted"


def test_run_is_held_by_one(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE, "held")
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


def test_waiting_run_is_stopped_at_once_and_resumed(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    run.request_stop()
    assert run.state == "stopped"
    assert not run.is_stop_requested()
    run.request_resume()
    assert run.state == "queued"
    with pytest.raises(RunError, match="queued"):
        run.request_resume()


def test_line_cut_off_by_a_crash_is_passed_over(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "step", "lo')
    assert [e["kind"] for e in run.events] == ["state"]
    run.append_event("message", text="after")
    assert [e["kind"] for e in run.events] == ["state", "message"]


def test_events_are_read_on_from_where_one_was(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    events, offset = run.load_events()
    assert len(events) == 1
    run.append_event("message", text="grüße")
    events, offset = run.load_events(offset)
    assert [e["text"] for e in events] == ["grüße"]
    assert run.load_events(offset) == ([], offset)


def test_steps_taken_again_count_once() -> None:
    events = [
        {"kind": "resume", "epoch": 0, "step": 0},
        *({"kind": "step", "step": i, "loss": 1.0} for i in range(1, 6)),
        {"kind": "epoch", "epoch": 1},
        {"kind": "resume", "epoch": 0, "step": 3},
        *({"kind": "step", "step": i, "loss": 2.0} for i in range(4, 6)),
    ]
    merged = merge_events(events)
    assert [(e["step"], e["loss"]) for e in merged if e["kind"] == "step"] == [
        (1, 1.0),
        (2, 1.0),
        (3, 1.0),
        (4, 2.0),
        (5, 2.0),
    ]
    assert not [e for e in merged if e["kind"] == "epoch"]


def test_rename_and_delete(workspace: Workspace) -> None:
    run, other = create_run(workspace, RECIPE, "one"), create_run(workspace, RECIPE, "two")
    run.rename("größer")
    assert find_run(workspace, "größer").id == run.id
    with pytest.raises(RunError, match="already"):
        run.rename("two")
    run.delete()
    assert [r.id for r in list_runs(workspace)] == [other.id]


def test_recipe_from_a_newer_version_is_said(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    path: Path = run.folder / "recipe.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 2}))
    with pytest.raises(Exception, match="Update MedApp"):
        _ = run.recipe


def test_state_is_found_far_back_and_past_a_line_cut_off(workspace: Workspace) -> None:
    run = create_run(workspace, RECIPE)
    with run.lock():
        run.append_event("state", state="training")
        for step in range(1000):
            run.append_event("step", step=step, loss=0.5)
        with (run.folder / "events.jsonl").open("ab") as file:
            file.write(b'{"time": 1, "kind": "state", "sta')
        assert run.state == "training"
