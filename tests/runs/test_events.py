"""Each kind of event is the same after its line; what is damaged was never written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.errors import WorkspaceError
from medapp.runs.events import (
    KINDS,
    EpochFinished,
    Event,
    MessageSaid,
    NeighboursTried,
    PenaltyTried,
    PlanMade,
    Resumed,
    SpeedMeasured,
    StageAdvanced,
    StateChanged,
    StepTaken,
    UnknownEvent,
    WorkerReady,
    merge_events,
    read_event,
    read_from,
    read_tail,
)

EVENTS: tuple[Event, ...] = (
    StateChanged(time=1.5, state="failed", reason="Größe 0."),
    StateChanged(time=2.0, state="queued"),
    WorkerReady(time=1, startup_seconds=2.25, pid=7),
    PlanMade(time=1, epochs=3, steps_per_epoch=2, classes=["ä", "b"], train=9, device="cpu"),
    Resumed(time=1, epoch=2, step=6),
    StepTaken(time=1, epoch=1, step=2, loss=0.5, rate=1e-3, images_per_second=80.0),
    EpochFinished(time=1, epoch=1, train_loss=0.5, is_best=True, macro_auroc=0.75, seconds=3.5),
    PenaltyTried(time=1, number=2, count=13, penalty=0.1, held_out_loss=0.5),
    NeighboursTried(time=1, number=2, count=12, neighbours=20, held_out_loss=0.5),
    StageAdvanced(time=1, text="Reading train images", done=3, total=9),
    MessageSaid(time=1, text="Memory is short."),
    SpeedMeasured(time=1, forwards_per_second=120.5),
    KINDS["test_read"](time=1),
)


def write_line(event: Event) -> bytes:
    return json.dumps(event.to_dict(), ensure_ascii=False).encode()


def take_step(number: int, loss: float) -> Event:
    return StepTaken(epoch=1, step=number, loss=loss, rate=0.1, images_per_second=1.0)


def test_terms_of_a_loss_come_back_and_what_is_no_number_does_not() -> None:
    event = EpochFinished(
        time=1, epoch=1, train_loss=0.5, is_best=True, terms={"Füße": 0.2, "hands": 0.3}
    )
    assert read_event(write_line(event)) == event
    assert b"terms" not in write_line(EVENTS[6])
    for wrong in ({"a": "b"}, {"a": [1]}, {"a\n": 0.1}, [0.1]):
        line = json.dumps({**event.to_dict(), "terms": wrong}).encode()
        assert read_event(line) is None


def test_every_kind_is_tried_here() -> None:
    assert {event.kind for event in EVENTS} == set(KINDS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_is_the_same_after_its_line(event: Event) -> None:
    assert read_event(write_line(event)) == event


def test_what_is_not_known_is_left_out_of_the_line() -> None:
    line = StateChanged(time=1, state="done").to_dict()
    assert line == {"time": 1, "kind": "state", "state": "done"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_a_line_that_was_cut_off_was_never_written(event: Event) -> None:
    line = write_line(event)
    assert [read_event(line[:end]) for end in range(len(line))] == [None] * len(line)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_a_value_of_another_type_is_damage(event: Event) -> None:
    values = event.to_dict()
    for name in values.keys() - {"time", "kind"}:
        assert read_event(json.dumps({**values, name: {}}).encode()) is None, name


def test_a_value_that_a_newer_version_adds_is_passed_over() -> None:
    values = MessageSaid(time=1, text="a").to_dict()
    assert read_event(json.dumps({**values, "tone": "grave"}).encode()) == MessageSaid(
        time=1, text="a"
    )


def test_a_kind_that_this_version_does_not_know_is_kept_as_unknown() -> None:
    line = b'{"time": 3, "kind": "applause", "loudness": 2}'
    assert read_event(line) == UnknownEvent(time=3, values={"loudness": 2})


def test_steps_taken_again_count_once() -> None:
    events = [
        Resumed(epoch=0, step=0),
        *(take_step(i, 1.0) for i in range(1, 6)),
        EpochFinished(epoch=1, train_loss=1.0, is_best=True),
        Resumed(epoch=0, step=3),
        *(take_step(i, 2.0) for i in range(4, 6)),
    ]
    merged = merge_events(events)
    assert [(e.step, e.loss) for e in merged if isinstance(e, StepTaken)] == [
        (1, 1.0),
        (2, 1.0),
        (3, 1.0),
        (4, 2.0),
        (5, 2.0),
    ]
    assert not [event for event in merged if isinstance(event, EpochFinished)]


def test_a_resume_keeps_what_came_before_it() -> None:
    epochs = [EpochFinished(epoch=i, train_loss=1.0, is_best=True) for i in (1, 2, 3)]
    message = MessageSaid(text="said once")
    merged = merge_events([*epochs, message, Resumed(epoch=2, step=4)])
    assert merged == [*epochs[:2], message, Resumed(epoch=2, step=4)]


def test_the_tail_of_a_file_begins_with_a_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"first\nsecond\nthird\n")
    size = path.stat().st_size
    assert read_tail(path, size, 10) == [b"third"]
    assert read_tail(path, size, size) == [b"first", b"second", b"third"]
    assert read_tail(path, 0, 10) == []


def test_events_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be read"):
        read_from(tmp_path / "absent.jsonl", 0)


def test_an_event_is_not_changed_after_it_was_made() -> None:
    event = MessageSaid(text="a")
    with pytest.raises(AttributeError):
        event.text = "b"  # type: ignore[misc]
    assert replace(event, time=4.0) == MessageSaid(time=4.0, text="a")


@pytest.mark.parametrize(
    "line",
    [
        '{"time": 1, "kind": "state", "state": "exploded"}',
        '{"time": -1, "kind": "state", "state": "done"}',
        '{"time": 1e999, "kind": "message", "text": "a"}',
        '{"time": 1e300, "kind": "unknown"}',
        '{"time": 1, "kind": "plan", "epochs": 1, "steps_per_epoch": 1, "classes": [1]}',
        '{"time": 1, "kind": "plan", "epochs": -3, "steps_per_epoch": 1, "classes": []}',
        '{"time": 1, "kind": "plan", "epochs": 1, "steps_per_epoch": 1, "classes": [],'
        ' "passes": 0.0}',
        '{"time": 1, "kind": "progress", "text": "a", "done": 1, "total": ' + "9" * 400 + "}",
        '{"time": 1, "kind": "epoch", "epoch": 1, "train_loss": 1.0, "is_best": true,'
        ' "seconds": Infinity}',
    ],
)
def test_what_could_not_be_shown_was_never_written(line: str) -> None:
    assert read_event(line.encode()) is None


def test_a_training_that_went_to_infinity_is_read() -> None:
    event = EpochFinished(time=1, epoch=1, train_loss=float("inf"), is_best=False, accuracy=0.5)
    assert read_event(write_line(event)) == event
