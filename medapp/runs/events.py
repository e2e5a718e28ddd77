"""What happens in a run: each line of `events.jsonl` is one event, written once and never changed.

A line that was cut off, or that holds less than its kind promises, counts as never written, so that
an event that was read has all its fields.
"""

import json
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from medapp.errors import WorkspaceError

NUMBER = (int, float)
LARGEST = 1e11  # of all numbers; in seconds since 1970 the year 5138
# Figures of a training that went wrong may be infinite, or no number.
FIGURES = {
    *("loss", "train_loss", "validation_loss", "train_accuracy"),
    *("accuracy", "balanced_accuracy", "macro_auroc", "quadratic_kappa"),
}
ACTIVE = ("preparing", "training", "evaluating")  # states in which a process works on a run
STATES = ("queued", *ACTIVE, "done", "stopped", "failed", "interrupted")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at a time, in seconds since 1970; the time is 0 until it is written.

    `Run.append_event` sets the time and writes the event.
    """

    kind: ClassVar[str] = ""
    time: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values as `events.jsonl` holds them; what is not known is left out."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "time"}
        known = {name: value for name, value in values.items() if value not in (None, {})}
        return {"time": self.time, "kind": self.kind, **known}


@dataclass(frozen=True, kw_only=True)
class StateChanged(Event):
    """The run is queued, preparing, training, evaluating, done, stopped, failed, interrupted."""

    kind = "state"
    state: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerReady(Event):
    """The worker's process has started; work begins."""

    kind = "ready"
    startup_seconds: float = 0.0
    pid: int = 0


@dataclass(frozen=True, kw_only=True)
class PlanMade(Event):
    """What the run is about to do.

    Attributes:
        passes: what a training image costs, in forward passes.
        train, validation, test: how many images learn, choose the epoch, and judge.
        calibration: how many images of the validation split choose nothing, and calibrate.
        parameters: how many learn.
    """

    kind = "plan"
    epochs: int
    steps_per_epoch: int
    classes: list[str]
    batch_size: int = 0
    passes: float = 3.0
    train: int = 0
    validation: int = 0
    calibration: int = 0
    test: int = 0
    architecture: str = ""
    parameters: int = 0
    device: str = ""
    devices: int = 1
    precision: str = ""
    threads: int = 0


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """The training goes on from here; later steps and epochs noted before do not count."""

    kind = "resume"
    epoch: int
    step: int


@dataclass(frozen=True, kw_only=True)
class StepTaken(Event):
    """A step of the optimiser; see `medapp.training.watcher.Step`."""

    kind = "step"
    epoch: int
    step: int
    loss: float
    rate: float
    images_per_second: float


@dataclass(frozen=True, kw_only=True)
class EpochFinished(Event):
    """An epoch; figures without a prefix are of the validation split.

    `terms` are what the training loss is the sum of, by name; empty where it is one.
    """

    kind = "epoch"
    epoch: int
    train_loss: float
    is_best: bool
    train_accuracy: float | None = None
    validation_loss: float | None = None
    accuracy: float | None = None
    balanced_accuracy: float | None = None
    macro_auroc: float | None = None
    quadratic_kappa: float | None = None
    seconds: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PenaltyTried(Event):
    """A penalty that a fit was tried with; see `medapp.training.watcher.Penalty`."""

    kind = "penalty"
    number: int
    count: int
    penalty: float
    held_out_loss: float


@dataclass(frozen=True, kw_only=True)
class NeighboursTried(Event):
    """A number of neighbours; see `medapp.training.watcher.NeighbourCount`."""

    kind = "neighbours"
    number: int
    count: int
    neighbours: int
    held_out_loss: float


@dataclass(frozen=True, kw_only=True)
class StageAdvanced(Event):
    """How far a long preparation is, such as reading images."""

    kind = "progress"
    text: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class MessageSaid(Event):
    """A sentence for the person who waits."""

    kind = "message"
    text: str


@dataclass(frozen=True, kw_only=True)
class SpeedMeasured(Event):
    """How fast the run was, for the estimate of the next run like it.

    `head_seconds` is what learning from kept features took, for each of the images that were
    learned and validated from and each epoch; 0 where the backbone learns.
    """

    kind = "speed"
    forwards_per_second: float
    seconds: float = 0.0
    head_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TestRead(Event):
    """A test split was read.

    Attributes:
        domain: the place of its data set among those that the run learned from.
    """

    kind = "test_read"
    reason: str = ""
    domain: int = 0


KINDS: dict[str, type[Event]] = {
    kind.kind: kind
    for kind in (
        StateChanged,
        WorkerReady,
        PlanMade,
        Resumed,
        StepTaken,
        EpochFinished,
        PenaltyTried,
        NeighboursTried,
        StageAdvanced,
        MessageSaid,
        SpeedMeasured,
        TestRead,
    )
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": NUMBER,
    "list[str]": list,
    "dict[str, float]": dict,
    "str | None": str,
    "float | None": NUMBER,
}


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a kind that this version does not know."""

    values: dict[str, Any] = field(default_factory=dict)


def read_event(line: bytes) -> Event | None:
    """The event in a line, or None where it is damaged."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not _is_sane("time", values.get("time"), NUMBER):
        return None
    name = values.pop("kind", None)
    if not isinstance(name, str):
        return None
    form = _FORMS.get(name)
    if form is None:
        return UnknownEvent(time=values.pop("time"), values=values)
    known = {key: value for key, value in values.items() if key in form.types}
    is_whole = form.needed <= known.keys()
    if not is_whole or not all(_is_sane(key, v, form.types[key]) for key, v in known.items()):
        return None
    return form.kind(**known)


def _is_sane(name: str, value: object, kind: type | tuple[type, ...]) -> bool:
    """Whether a value can stand in a field: of its type, in the range that can be shown.

    Events come with runs of others too.
    """
    if not isinstance(value, kind):
        return False
    if name == "state":
        return value in STATES
    if isinstance(value, dict):
        return all(
            isinstance(key, str) and key.isprintable() and isinstance(number, NUMBER)
            for key, number in value.items()
        )
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if isinstance(value, int) or (isinstance(value, float) and name not in FIGURES):
        return 0 <= value <= LARGEST and (name != "passes" or value > 0)
    return True


@dataclass(frozen=True)
class _Form:
    """What a line of one kind must hold, and the type of each value."""

    kind: type[Event]
    needed: frozenset[str]
    types: dict[str, type | tuple[type, ...]]

    @classmethod
    def of(cls, kind: type[Event]) -> "_Form":
        needed = {
            f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
        }
        types = {f.name: _find_type(f) for f in fields(kind)}
        return cls(kind, frozenset(needed), types)


def _find_type(field: Field[Any]) -> type | tuple[type, ...]:
    """The types that a field's value may have in a line."""
    name = getattr(field.type, "__name__", "")
    return _TYPES[name if name in _TYPES else str(field.type)]


_FORMS = {name: _Form.of(kind) for name, kind in KINDS.items()}


def merge_events(events: Sequence[Event]) -> list[Event]:
    """Drop the steps and epochs that were taken again after a crash: the later ones count."""
    merged: list[Event] = []
    for event in events:
        if isinstance(event, Resumed):
            merged = [e for e in merged if not _is_after(e, event)]
        merged.append(event)
    return merged


def _is_after(event: Event, resume: Resumed) -> bool:
    if isinstance(event, EpochFinished):
        return event.epoch > resume.epoch
    # A fit is made again from its start.
    is_after_step = isinstance(event, StepTaken) and event.step > resume.step
    return is_after_step or isinstance(event, PenaltyTried | NeighboursTried)


def read_tail(path: Path, size: int, tail: int) -> list[bytes]:
    """The whole lines among the last bytes of a file; those cut at the front are left out."""
    if not size:
        return []
    lines = read_from(path, max(0, size - tail)).splitlines()
    return lines if tail >= size else lines[1:]


def read_from(path: Path, offset: int) -> bytes:
    """What a file holds from a byte offset on.

    Raises:
        WorkspaceError: the file may not be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Check the permissions, or delete the run.",
        ) from error


def ends_with_newline(path: Path) -> bool:
    """Whether the last line of a file, which must not be empty, is whole."""
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
