"""Where a run stands, from events written by hand."""

import dataclasses

import pytest
from conftest import register_empty

from medapp.runs.events import (
    EpochFinished,
    Event,
    PlanMade,
    Resumed,
    StageAdvanced,
    StateChanged,
    StepTaken,
)
from medapp.runs.making import create_run
from medapp.runs.progress import Follower, Record, Standing, format_seconds
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe

PLAN = PlanMade(epochs=4, steps_per_epoch=10, classes=["a", "b"], train=80, validation=20)


def state(time: float, name: str) -> Event:
    return StateChanged(time=time, state=name)


def step(time: float, number: int, loss: float | None = None) -> Event:
    return StepTaken(
        time=time,
        epoch=number // 10 + 1,
        step=number,
        loss=1 / number if loss is None else loss,
        rate=0.1,
        images_per_second=80.0,
    )


def epoch(number: int, loss: float, is_best: bool, time: float = 1.0) -> Event:
    return EpochFinished(
        time=time, epoch=number, train_loss=loss, validation_loss=loss, is_best=is_best
    )


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that waits, on a data set without images."""
    register_empty(workspace, "any")
    return create_run(workspace, build_recipe({"data": "any"}), name="followed")


def summarise(events: list[Event]) -> Standing:
    record = Record()
    for event in events:
        record.add(event)
    return record.summarise()


def test_time_left_is_the_pace_so_far_times_what_is_missing() -> None:
    standing = summarise([PLAN, state(100, "training"), step(101, 1), step(102, 2), step(104, 4)])
    looks = (
        4 * 20 / 3 / 8
    )  # four times 20 validation images at a third of a training image; eight of those are a step
    assert standing.seconds_left == pytest.approx(36.0 + looks)  # one step a second, 36 of 40 to go
    assert standing.share == pytest.approx(0.1)
    assert standing.activity == "Epoch 1 of 4"


def test_a_resumed_run_is_not_judged_by_its_pause() -> None:
    before = [
        PLAN,
        state(0, "training"),
        *(step(i, i) for i in range(1, 21)),
        epoch(1, 1.0, True),
        epoch(2, 1.0, True),
    ]
    after = [
        Resumed(time=9000.0, epoch=2, step=20),
        state(9000, "training"),
        step(9002, 21),
    ]
    assert summarise(before + after).seconds_left == pytest.approx(2.0 * (19 + 2 * 20 / 3 / 8))


def test_the_first_steps_do_not_count_once_they_are_over() -> None:
    slow = [PLAN, state(0, "training"), *(step(10 * i, i) for i in range(1, 5))]
    assert summarise(slow[:-1]).seconds_left == pytest.approx(10 * (37 + 4 * 20 / 3 / 8))
    assert summarise([*slow, step(41, 5), step(42, 6)]).seconds_left == pytest.approx(
        34 + 4 * 20 / 3 / 8
    )


def test_a_run_of_even_pace_is_foretold_exactly() -> None:
    """A step takes 2 s, a look at the 20 validation images 5/3 s, one at 40 test images 10/3 s."""
    at = 0.0
    events: list[Event] = [dataclasses.replace(PLAN, test=40), state(at, "training")]
    left = []
    for number in range(1, 41):
        at += 2
        events.append(step(at, number))
        left.append((at, summarise(events).seconds_left))
        if number % 10 == 0:
            at += 2 * 20 / 3 / 8
            events.append(epoch(number // 10, 1.0, True, at))
    end = at + 2 * 40 / 3 / 8
    assert [now + (seconds or 0) for now, seconds in left] == pytest.approx([end] * 40)


def test_steps_lie_on_the_axis_of_epochs_and_the_last_best_epoch_counts() -> None:
    standing = summarise(
        [
            PLAN,
            step(1, 5),
            step(2, 20),
            epoch(1, 0.5, True),
            epoch(2, 0.4, True),
            epoch(3, 0.6, False),
        ]
    )
    assert list(standing.steps) == [0.5, 2.0]
    assert standing.best is not None
    assert standing.best.epoch == 2


def test_an_empty_run_says_nothing_wrong() -> None:
    standing = summarise([])
    assert (standing.share, standing.seconds_left, standing.best, standing.activity) == (
        0.0,
        None,
        None,
        "",
    )


def test_long_steps_say_how_far_they_are() -> None:
    events = [
        state(0, "preparing"),
        StageAdvanced(time=1.0, text="Reading train images", done=1200, total=3000),
    ]
    assert summarise(events).activity == "Reading train images: 1,200 of 3,000"


def test_the_plan_and_the_last_step_are_known() -> None:
    standing = summarise([PLAN, step(1, 5), step(2, 6)])
    assert standing.plan == PLAN
    assert standing.last_step is not None
    assert standing.last_step.step == 6


def test_a_follower_adds_what_is_new_and_drops_steps_taken_twice(run: Run) -> None:
    follower = Follower(run)
    assert follower.read().activity == "Waits for its turn"
    run.append_event(PlanMade(epochs=4, steps_per_epoch=2, classes=["a", "b"]))
    for number in (1, 2, 3):
        run.append_event(step(0, number, 1.0))
    run.append_event(epoch(1, 1.0, True))
    assert len(follower.read().steps) == 3
    run.append_event(Resumed(epoch=0, step=1))
    resumed = follower.read()
    assert (list(resumed.steps), resumed.share, resumed.best) == ([0.5], 1 / 8, None)
    run.append_event(step(0, 2, 0.5))
    standing = follower.read()
    assert (list(standing.steps), list(standing.losses)) == ([0.5, 1.0], [1.0, 0.5])


def test_watchers_are_counted_until_they_are_gone(run: Run) -> None:
    follower = Follower(run)
    looks = (("a", 0.0), ("b", 1.0), ("a", 5.0), ("a", 10.5), ("a", 11.5))
    assert [follower.count_watchers(who, now) for who, now in looks] == [1, 2, 2, 2, 1]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (190, "3 min 10 s"), (7260, "2 h 1 min")]
)
def test_durations_are_written_as_people_say_them(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text
