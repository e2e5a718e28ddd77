"""Where a run stands, read from its events: what a live page shows. Plain values; no Streamlit
here.

The estimate of the time left takes the pace of the sitting under way without its first steps, so a
resumed run is not judged by its pause.
"""

import bisect
import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.runs.events import Event, merge_events
from medapp.runs.run import ACTIVE, Run

UNDER_WAY = ("queued", *ACTIVE)
INTERVALS = ((3, 1), (6, 2), (math.inf, 4))  # up to so many watchers, seconds from look to look
GONE_SECONDS = 2.5 * max(seconds for _, seconds in INTERVALS)
# steps of a sitting that do not count for its pace once they are over: the first ones choose
# kernels
WARM_UP = 4


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
    steps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
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


class Record:
    """What a run's events add up to.

    Steps, of which there may be a million, are kept as two columns, so that one more costs little.
    """

    def __init__(self) -> None:
        self._numbers, self._losses = array("q"), array("d")  # the numbers rise
        self._last_step: Event = {}
        self._others: list[Event] = []
        self._is_last_a_step = False
        self._anchor: Event = {}  # where the pace of this sitting is measured from
        self._steps_taken = 0  # in this sitting

    def add(self, event: Event) -> None:
        """One more event.

        A resume drops the steps and epochs after it, which will be taken again.
        """
        self._is_last_a_step = event["kind"] == "step"
        if self._is_last_a_step:
            self._numbers.append(event["step"])
            self._losses.append(event["loss"])
            if self._steps_taken == WARM_UP:
                self._anchor = self._last_step
            self._steps_taken += 1
            self._last_step = event
            return
        self._others.append(event)
        if event["kind"] == "state" and event["state"] == "training":
            self._anchor, self._steps_taken = (
                {**event, "step": self._numbers[-1] if self._numbers else 0},
                0,
            )
        if event["kind"] == "resume":
            self._others = merge_events(self._others)
            kept = bisect.bisect_right(self._numbers, event["step"])
            if kept < len(self._numbers):
                del self._numbers[kept:], self._losses[kept:]
                self._last_step = {**self._last_step, "step": event["step"]} if kept else {}

    def summarise(self) -> Standing:
        """The standing after all of them."""
        plan, last = _find_last(self._others, "plan"), self._last_step
        per_epoch, wanted = plan.get("steps_per_epoch", 1), plan.get("epochs", 1)
        done, total = last.get("step", 0), max(1, per_epoch * wanted)
        now = self._others[-1] if self._others and not self._is_last_a_step else {}
        return Standing(
            plan=plan,
            steps=np.array(self._numbers) / per_epoch,
            losses=np.array(self._losses),
            epochs=[e for e in self._others if e["kind"] == "epoch"],
            last_step=last,
            share=min(1.0, done / total),
            seconds_left=_estimate_seconds(self._others, self._anchor, last, plan),
            activity=_describe_activity(self._others, now, last, plan),
            messages=[e["text"] for e in self._others if e["kind"] == "message"],
        )


class Follower:
    """Reads a run's events as they come, once for all who watch."""

    def __init__(self, run: Run) -> None:
        self.run, self._offset, self._lock, self._record = run, 0, threading.Lock(), Record()
        self._seen: dict[str, float] = {}

    def count_watchers(self, who: str, now: float) -> int:
        """How many watch, `who` among them from now on; whoever was not seen for a while has gone.

        `now` is in seconds.
        """
        with self._lock:
            self._seen = {
                name: at for name, at in self._seen.items() if now - at < GONE_SECONDS
            } | {who: now}
            return len(self._seen)

    def read(self) -> Standing:
        """Where the run stands now."""
        with self._lock:
            news, self._offset = self.run.load_events(self._offset)
            for event in news:
                self._record.add(event)
            return self._record.summarise()


def _find_last(events: Sequence[Event], kind: str) -> dict[str, Any]:
    return next((e for e in reversed(events) if e["kind"] == kind), {})


def _estimate_seconds(
    others: Sequence[Event], anchor: Event, last: Event, plan: Event
) -> float | None:
    """At the pace since the anchor: the steps, the validations and the test part that are missing.

    Work is counted in steps; an image that is only looked at costs one of the forward passes that a
    training image costs several of.
    """
    if not anchor or not last or last["time"] <= anchor["time"]:
        return None
    per_epoch, epochs = plan.get("steps_per_epoch", 1), plan.get("epochs", 1)
    look = (
        per_epoch / max(1, plan.get("train", 0)) / plan.get("passes", 3.0)
    )  # steps that an image takes which is only looked at
    validation, test = look * plan.get("validation", 0), look * plan.get("test", 0)
    ended = [e["time"] for e in others if e["kind"] == "epoch"]
    done = (
        last["step"]
        - anchor["step"]
        + sum(anchor["time"] < time <= last["time"] for time in ended) * validation
    )
    missing = per_epoch * epochs - last["step"] + (epochs - len(ended)) * validation + test
    return (last["time"] - anchor["time"]) / done * max(0.0, missing) if done > 0 else None


def _describe_activity(others: Sequence[Event], now: Event, last: Event, plan: Event) -> str:
    if now.get("kind") == "progress":
        return f"{now['text']}: {now['done']:,} of {now['total']:,}"
    state = _find_last(others, "state").get("state")
    if state == "training" and last:
        return (
            f"Epoch {-(-last['step'] // plan.get('steps_per_epoch', 1))} of {plan.get('epochs', 1)}"
        )
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
