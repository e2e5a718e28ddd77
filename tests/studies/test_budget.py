"""The time of a study is kept while its runs work."""

import dataclasses
import json
from pathlib import Path

import pytest
from cli.test_cli import ask, medapp
from conftest import write_bands
from studies.finishing import always_right, finish

import medapp as api
from medapp.errors import RecipeError
from medapp.runs.events import Event, StateChanged, StepTaken, WorkerReady
from medapp.runs.run import Run
from medapp.session import Session
from medapp.studies.budget import (
    OUT_OF_TIME,
    add_sittings,
    find_objection,
    find_timed,
    is_out_of_time,
    renew_time,
)
from medapp.studies.curve import create_curve
from medapp.studies.race import Race, create_race, find_race
from medapp.studies.working import resume_runs, work_off
from medapp.training.recipe import build_recipe

SETTINGS = {"image_size": 32, "epochs": 1, "batch_size": 8}
WHO = ("linear-probe", "scratch")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    session = api.open(tmp_path / "home")
    session.add_data(write_bands(tmp_path / "bands", 20), patient_pattern=r"^p\d+")
    return session


def declare(session: Session, minutes: float | None, **asked: int) -> Race:
    recipe = build_recipe({"data": "bands", **SETTINGS})
    return create_race(
        session.workspace, recipe, strategies=WHO, minutes=minutes, name="derby", **asked
    )


def stretch(run: Run, seconds: float) -> None:
    """Let a run that is done have taken so long."""
    path = run.folder / "events.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    events[-1]["time"] = events[1]["time"] + seconds
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


def at(event: Event, time: float) -> Event:
    return dataclasses.replace(event, time=time)


def test_a_run_begins_where_it_fits_by_what_its_like_took(session: Session) -> None:
    race = declare(session, minutes=4.0, seeds=2)
    first, second = (session.find_run(id) for id in race.runs["scratch"])
    assert find_objection(session.workspace, second) is None
    finish(session.workspace, first.id, always_right)
    stretch(first, 100.0)  # 100 s are used, 100 more make 200 of 240
    assert find_objection(session.workspace, second) is None
    stretch(first, 130.0)  # 130 and 130 are more than 240
    said = find_objection(session.workspace, second)
    assert said == (
        f"{OUT_OF_TIME}it takes about 2 min 10 s, and of the 4 minutes that derby was given"
        " 1 min 50 s are left."
    )
    probe = session.find_run(race.runs["linear-probe"][1])
    assert find_objection(session.workspace, probe) is None  # a quick one still fits


def test_two_workers_have_twice_the_time(session: Session) -> None:
    race = declare(session, minutes=4.0, seeds=2, workers=2)
    first, second = (session.find_run(id) for id in race.runs["scratch"])
    finish(session.workspace, first.id, always_right)
    stretch(first, 200.0)
    assert find_objection(session.workspace, second) is None
    stretch(first, 260.0)
    assert "1 min 50 s are left" in (find_objection(session.workspace, second) or "")


def test_a_run_under_way_goes_a_tenth_beyond_and_no_further(session: Session) -> None:
    race = declare(session, minutes=4.0)
    probe, run = (session.find_run(race.runs[key][0]) for key in WHO)
    finish(session.workspace, probe.id, always_right)
    stretch(probe, 200.0)
    finish(session.workspace, run.id, always_right)
    path = run.folder / "events.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()][:-2]
    plan = next(event for event in events if event["kind"] == "plan")
    plan |= {"epochs": 1, "steps_per_epoch": 60, "train": 60, "validation": 0, "test": 0}
    begun = events[-1]["time"]
    for step in range(1, 31):
        taken = StepTaken(epoch=1, step=step, loss=1.0, rate=0.1, images_per_second=1.0)
        events.append(at(taken, begun + step).to_dict())
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    with run.lock():
        # Half of it took 30 s: 60 in all, and of 264 only 64 are left.
        assert find_objection(session.workspace, run) is None
        stretch(probe, 210.0)
        assert "it takes about 1 min 0 s" in (find_objection(session.workspace, run) or "")


def test_runs_without_a_time_are_left_alone(session: Session) -> None:
    race = declare(session, minutes=None)
    run = session.find_run(race.list_runs()[0])
    assert find_timed(session.workspace, run.id) is None
    assert find_objection(session.workspace, run) is None
    recipe = build_recipe({"data": "bands", **SETTINGS})
    curve = create_curve(session.workspace, recipe, ways=["linear-probe"], minutes=9)
    found = find_timed(session.workspace, curve.list_runs()[0])
    assert found is not None
    assert found.name == curve.name


def test_what_does_not_fit_is_stopped_in_words_and_goes_on_with_more_time(
    session: Session,
) -> None:
    race = declare(session, minutes=4.0, seeds=2)
    for ids in race.runs.values():
        finish(session.workspace, ids[0], always_right)
        stretch(session.find_run(ids[0]), 200.0)
    work_off(session.workspace, race.list_runs())  # nothing fits, so nothing begins
    late = [session.find_run(ids[1]) for ids in race.runs.values()]
    assert [run.state for run in late] == ["stopped", "stopped"]
    assert all(is_out_of_time(run) for run in late)
    said = session.read_race(race).verdict
    assert any(sentence.startswith("2 of 4 runs did not fit the 4 minutes") for sentence in said)
    assert renew_time(session.workspace, race).minutes is None
    assert find_race(session.workspace, "derby").minutes is None
    assert renew_time(session.workspace, race, minutes=90.0, workers=2).minutes == 90.0
    assert find_race(session.workspace, "derby").workers == 2
    assert resume_runs(late) == 2
    assert [run.state for run in late] == ["queued", "queued"]
    assert find_objection(session.workspace, late[0]) is None


def test_a_sitting_that_was_killed_ends_with_its_last_event() -> None:
    """10 s until the kill, a night, and 5 s more."""
    events = [
        at(StateChanged(state="queued"), 0.0),
        at(StateChanged(state="preparing"), 100.0),
        at(WorkerReady(startup_seconds=3.0, pid=1), 103.0),
        at(StateChanged(state="training"), 110.0),
        at(StateChanged(state="preparing"), 30_000.0),
        at(StateChanged(state="done"), 30_005.0),
    ]
    assert add_sittings(events) == 15.0
    assert add_sittings(events[:4]) == 10.0
    assert add_sittings(events[:1]) == 0.0


def test_the_shell_goes_on_with_what_is_left(session: Session) -> None:
    race = declare(session, minutes=30.0)
    for id in race.list_runs():
        finish(session.workspace, id, always_right)
    values = ask("race", "derby", "--resume", "--minutes", "45")
    assert values["is_over"]
    assert find_race(session.workspace, "derby").minutes == 45.0
    medapp("race", "nothing", "--resume", code=1)
    medapp("race", "derby", "--resume", "--workers", "2", "--job", "slurm partition", code=1)


def test_a_run_that_another_process_works_on_is_waited_for(session: Session) -> None:
    race = declare(session, minutes=None)
    first, second = (session.find_run(id) for id in race.list_runs())
    finish(session.workspace, second.id, always_right)
    lock = first.lock()
    first.set_state("training")
    seen: list[Event] = []

    def end_it(event: Event) -> None:
        if not seen:
            lock.release()
            finish(session.workspace, first.id, always_right)
        seen.append(event)

    work_off(session.workspace, race.list_runs(), end_it)
    assert first.state == "done"
    assert seen


@pytest.mark.parametrize("minutes", [0.0, -1.0, float("nan")])
def test_a_time_that_is_none_is_refused_and_the_old_one_holds(
    session: Session, minutes: float
) -> None:
    race = declare(session, minutes=30)
    with pytest.raises(RecipeError, match="takes minutes above 0"):
        session.resume_study(race, minutes=minutes)
    assert find_race(session.workspace, race.name).minutes == 30
