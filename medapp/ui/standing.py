"""Where a run stands, read from its events: what a live page shows. Plain values; no Streamlit here.

The estimate of the time left takes the pace of the sitting under way, so a resumed run is not judged by its pause.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from medapp.runs.events import Event, merge_events
from medapp.runs.folder import ACTIVE, Run

UNDER_WAY = ("queued", *ACTIVE)


@dataclass(frozen=True)
class Standing:
    """A run at one moment.

    Attributes:
        steps, losses: of each training step, in epochs and cross-entropy.
        epochs: the rows of the "epoch" events.
        share: of the training that is done, 0 to 1.
        seconds_left: None where it cannot be told yet.
        activity: what is going on, in words.
    """

    plan: Event = field(default_factory=dict)
    steps: Sequence[float] = ()
    losses: Sequence[float] = ()
    epochs: Sequence[Event] = ()
    last_step: Event = field(default_factory=dict)
    share: float = 0.0
    seconds_left: float | None = None
    activity: str = ""
    messages: Sequence[str] = ()

    @property
    def best(self) -> Event | None:
        """The best epoch so far, whose weights are kept."""
        return next((row for row in reversed(self.epochs) if row["is_best"]), None)


class Follower:
    """Reads a run's events as they come, once for all who watch."""

    def __init__(self, run: Run) -> None:
        self.run, self._offset, self._lock = run, 0, threading.Lock()
        self._events: list[Event] = []

    def read(self) -> list[Event]:
        """All events so far, with steps that were taken twice only once."""
        with self._lock:
            news, self._offset = self.run.load_events(self._offset)
            if news:
                events = self._events + news
                self._events = merge_events(events) if any(e["kind"] == "resume" for e in news) else events
            return self._events


def summarise(events: Sequence[Event]) -> Standing:
    """The standing that the events, oldest first, add up to."""
    plan = _find_last(events, "plan")
    per_epoch, wanted = plan.get("steps_per_epoch", 1), plan.get("epochs", 1)
    steps = [e for e in events if e["kind"] == "step"]
    last = steps[-1] if steps else {}
    done, total = last.get("step", 0), max(1, per_epoch * wanted)
    return Standing(
        plan=plan,
        steps=[e["step"] / per_epoch for e in steps],
        losses=[e["loss"] for e in steps],
        epochs=[e for e in events if e["kind"] == "epoch"],
        last_step=last,
        share=min(1.0, done / total),
        seconds_left=_estimate_seconds(events, last, total),
        activity=_describe_activity(events, last, wanted),
        messages=[e["text"] for e in events if e["kind"] == "message"],
    )


def _find_last(events: Sequence[Event], kind: str) -> dict[str, Any]:
    return next((e for e in reversed(events) if e["kind"] == kind), {})


def _estimate_seconds(events: Sequence[Event], last: Event, total: int) -> float | None:
    """At the pace since this sitting's training began: the steps that are missing."""
    begin = next((e for e in reversed(events) if e["kind"] == "state" and e["state"] == "training"), None)
    resume = _find_last(events, "resume")
    if begin is None or not last or last["time"] <= begin["time"]:
        return None
    taken = last["step"] - resume.get("step", 0)
    return (last["time"] - begin["time"]) / taken * (total - last["step"]) if taken > 0 else None


def _describe_activity(events: Sequence[Event], last: Event, epochs: int) -> str:
    now = events[-1] if events else {}
    if now.get("kind") == "progress":
        return f"{now['text']}: {now['done']:,} of {now['total']:,}"
    state = _find_last(events, "state").get("state")
    if state == "training" and last:
        return f"Epoch {last['epoch']} of {epochs}"
    return {
        "queued": "Waits for its turn",
        "preparing": "Getting ready",
        "training": "The first step is under way",
        "evaluating": "Reading the test part, once",
    }.get(str(state), "")


def format_seconds(seconds: float) -> str:
    """A duration as people say it, such as "3 min 10 s"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
