"""A run that is being made is seen by nobody, and what a killed process left goes."""

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from medapp.runs.drafts import draft_run, sweep_drafts
from medapp.runs.events import StateChanged
from medapp.runs.registry import find_registry
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace

RECIPE = '{"version": 2, "data": {"choices": [{"name": "d"}]}}'


def test_nobody_meets_half_a_run(workspace: Workspace) -> None:
    supervisor = Supervisor(workspace)
    with draft_run(workspace) as run:
        (run.folder / "recipe.json").write_text(RECIPE)
        run.append_event(StateChanged(state="queued"))
        supervisor.tick()
        assert supervisor.child is None
        assert find_registry(workspace).list_summaries() == []
    assert run.folder.parent == workspace.runs_folder
    assert [row.id for row in find_registry(workspace).list_summaries()] == [run.id]
    assert run.state == "queued"


def test_an_error_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(FileNotFoundError), draft_run(workspace) as run:
        (run.folder / "recipe.json").read_text()
    assert [path for path in workspace.runs_folder.iterdir() if path.is_dir()] == []


def test_two_runs_of_one_second_have_two_folders(workspace: Workspace) -> None:
    with draft_run(workspace) as one, draft_run(workspace) as two:
        assert one.folder.is_dir()
        assert two.folder.is_dir()
    assert one.id != two.id
    assert one.folder.is_dir()
    assert two.folder.is_dir()


def test_a_clock_that_was_set_back_lets_no_run_overtake(workspace: Workspace) -> None:
    ahead = datetime.datetime.now() + datetime.timedelta(hours=1)
    wrong = datetime.datetime.now() + datetime.timedelta(days=400)
    for when in (ahead, wrong):
        (workspace.runs_folder / f"{when:%Y%m%d-%H%M%S}-001").mkdir()
    with draft_run(workspace) as one:
        pass
    with draft_run(workspace) as two:
        pass
    assert [one.id, two.id] == [f"{ahead:%Y%m%d-%H%M%S}-002", f"{ahead:%Y%m%d-%H%M%S}-003"]


def test_what_a_killed_process_left_is_deleted(workspace: Workspace) -> None:
    code = (
        "import os, signal, sys, pathlib\n"
        "from medapp.runs.drafts import draft_run\n"
        "from medapp.store.workspace import Workspace\n"
        "with draft_run(Workspace(pathlib.Path(sys.argv[1]))) as run:\n"
        "    (run.folder / 'model.safetensors').write_bytes(b'x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(workspace.root)], check=False)
    assert len(list(workspace.runs_folder.glob(".new-*/run/model.safetensors"))) == 1
    sweep_drafts(workspace)
    assert list(workspace.runs_folder.glob(".new-*")) == []


def test_half_an_import_of_an_older_version_is_deleted(workspace: Workspace) -> None:
    left, kept = (workspace.runs_folder / f"20260101-00000{n}-001" for n in (1, 2))
    for folder in (left, kept):
        (folder / "unpacked").mkdir(parents=True)
    (kept / "recipe.json").write_text(RECIPE)
    for folder in (left, kept):
        os.utime(folder, (1, 1))
    sweep_drafts(workspace)
    assert (left.exists(), kept.exists()) == (False, True)


def test_a_server_sweeps_when_it_starts(workspace: Workspace) -> None:
    left = workspace.runs_folder / ".new-0"
    (left / "run").mkdir(parents=True)
    (left / "lock").touch()
    supervisor = Supervisor(workspace)
    supervisor.start()
    supervisor.stop()
    assert not left.exists()


def test_a_run_stands_in_its_final_place_at_once(workspace: Workspace) -> None:
    with draft_run(workspace) as run:
        hidden: Path = run.folder
    assert not hidden.exists()
    assert not hidden.parent.exists()
