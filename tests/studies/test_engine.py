"""Runs of a study handed to an engine: two workers of this machine, through submitit."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from conftest import write_bands
from studies.finishing import always_right, finish

import medapp as api
from medapp.errors import RecipeError, RunError
from medapp.runs.events import MessageSaid, StateChanged, WorkerReady
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.session import Session
from medapp.studies.engine import drain, hand_over, wait_for
from medapp.studies.race import Race, create_race
from medapp.studies.working import find_runs, resume_runs
from medapp.training.recipe import build_settings

pytest.importorskip("submitit", reason="needs medapp[cluster]")

SETTINGS = {"image_size": 32, "batch_size": 8, "precision": "float32", "threads": 1}
WHO = ("last-stage", "scratch")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    # Jobs are processes of their own, which find the package as this one does.
    monkeypatch.setenv("PYTHONPATH", str(Path(api.__file__).parents[1]))
    session = api.open(tmp_path / "home")
    session.add_data(write_bands(tmp_path / "bands", 20), patient_pattern=r"^p\d+")
    return session


def declare(session: Session, epochs: int = 1) -> Race:
    recipe, machine = build_settings({"data": "bands", **SETTINGS, "epochs": epochs})
    return create_race(session.workspace, recipe, machine, strategies=WHO, workers=2)


def find_span(run: Run) -> tuple[float, float]:
    """When a run began and ended."""
    events = run.load_events()[0]
    begun = next(event.time for event in events if isinstance(event, WorkerReady))
    return begun, events[-1].time


def wait_until(condition: object, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.1)


def test_two_workers_run_two_runs_at_once(session: Session) -> None:
    race = declare(session, epochs=8)
    jobs = hand_over(session.workspace, race.id, race.list_runs(), 2)
    runs = find_runs(session.workspace, race.list_runs())
    # The app's own queue leaves them alone.
    assert Supervisor(session.workspace)._find_waiting() == []
    said: list[str] = []
    wait_for(
        session.workspace,
        race.list_runs(),
        jobs,
        lambda event: said.append(event.text) if isinstance(event, MessageSaid) else None,
    )
    assert [run.state for run in runs] == ["done", "done"], [run.read_log() for run in runs]
    (first, end), (second, other_end) = map(find_span, runs)
    assert max(first, second) < min(end, other_end)
    assert (said[0], said[-1]) == ("0 of 2 runs are done", "2 of 2 runs are done")
    assert session.read_race(race).contrasts == ()  # neither pair was declared
    assert session.read_race(race).is_over


def test_a_killed_job_s_run_is_interrupted_and_goes_on(session: Session) -> None:
    race = declare(session, epochs=400)
    jobs = hand_over(session.workspace, race.id, race.list_runs(), 1)
    first, second = find_runs(session.workspace, race.list_runs())
    wait_until(lambda: first.state == "training" and first.has_model)
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(session.workspace.root) in " ".join(words) and "submitit.core._submit" in words:
            os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: first.state == "interrupted")
    wait_until(lambda: all(job.done() for job in jobs))
    assert second.state == "queued"
    assert session.read_race(race).states == ("interrupted", "queued")
    # Nobody begins them by himself; resumed, they are the app's own again.
    assert Supervisor(session.workspace)._find_waiting() == []
    second.request_stop()
    assert resume_runs([first, second]) == 2
    assert [run.state for run in (first, second)] == ["queued", "queued"]
    waiting = [run.id for run in Supervisor(session.workspace)._find_waiting()]
    assert waiting == [first.id, second.id]


def test_a_job_passes_over_what_is_done_or_taken(session: Session) -> None:
    race = declare(session)
    done, stopped = race.list_runs()
    finish(session.workspace, done, always_right)
    session.find_run(stopped).request_stop()
    events = [session.find_run(id).load_events()[0] for id in (done, stopped)]
    before = os.sched_getaffinity(0)
    try:
        drain(str(session.workspace.root), [done, stopped, "gone"], (0, len(before)))
        assert len(os.sched_getaffinity(0)) == 1
    finally:
        os.sched_setaffinity(0, before)
    assert [session.find_run(id).load_events()[0] for id in (done, stopped)] == events


def test_a_run_that_was_handed_over_is_taken_back(session: Session) -> None:
    run = session.find_run(declare(session).list_runs()[0])
    run.hand_over("slurm")
    assert run.is_handed_over
    run.request_resume()
    assert (run.state, run.is_handed_over) == ("queued", False)
    states = [e for e in run.load_events()[0] if isinstance(e, StateChanged)]
    assert len(states) == 1


def test_an_unknown_option_is_refused_in_words(session: Session) -> None:
    race = declare(session)
    with pytest.raises(RunError, match="An option for the jobs cannot be used"):
        hand_over(session.workspace, race.id, race.list_runs(), 2, {"magic": "gpu"})
    runs = find_runs(session.workspace, race.list_runs())
    assert not any(run.is_handed_over for run in runs)


def test_what_cannot_be_sent_is_refused_before_a_run_is_made(session: Session) -> None:
    before = {run.id for run in session.list_runs()}
    for option in ({"magic": "gpu"}, {"nosuch_thing": 3}):
        with pytest.raises(RunError, match="An option for the jobs cannot be used"):
            session.race("bands", workers=2, jobs=option, **SETTINGS)
        with pytest.raises(RunError, match="An option for the jobs cannot be used"):
            session.curve("bands", workers=2, jobs=option, **SETTINGS)
    assert {run.id for run in session.list_runs()} == before
    assert not list(session.workspace.studies_folder.glob("*"))


@pytest.mark.parametrize("workers", [0, -2])
def test_without_a_worker_nothing_is_made(session: Session, workers: int) -> None:
    before = {run.id for run in session.list_runs()}
    with pytest.raises(RecipeError, match="needs one worker or more"):
        session.race("bands", workers=workers, **SETTINGS)
    race = declare(session)
    with pytest.raises(RecipeError, match="needs one worker or more"):
        session.resume_study(race, workers=workers)
    assert {run.id for run in session.list_runs()} == before | set(race.list_runs())
