"""Where a run stands, read from its events: what a live page shows. Plain values.

The estimate of the time left takes the pace of the sitting under way without its first steps, so
that a resumed run is not judged by its pause.
"""

import bisect
import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from medapp.runs.events import (
    ACTIVE,
    EpochFinished,
    Event,
    MessageSaid,
    NeighboursTried,
    PenaltyTried,
    PlanMade,
    Resumed,
    StageAdvanced,
    StateChanged,
    StepTaken,
    merge_events,
)
from medapp.runs.learning import find_best
from medapp.runs.run import Run

UNDER_WAY = ("queued", *ACTIVE)
# Up to so many watchers, and the seconds between two looks of each.
INTERVALS = ((3, 1), (6, 2), (math.inf, 4))
# A watcher that has not looked for so long has gone.
GONE_SECONDS = 2.5 * max(seconds for _, seconds in INTERVALS)
# Steps at the beginning of a sitting, in which kernels are chosen, that do not count for its pace.
WARM_UP = 4
NO_PLAN = PlanMade(epochs=1, steps_per_epoch=1, classes=[])


@dataclass(frozen=True)
class Standing:
    """A run at one moment.

    Attributes:
        plan: None until the worker has made one.
        steps, losses: when each training step was taken, in epochs, and its cross-entropy.
        last_step: None before the first.
        share: the share of the training that is done, 0 to 1.
        seconds_left: None where the time left cannot be told yet.
        activity: what is going on, in words.
        penalties, neighbours: those that a fit was tried with; empty where steps are taken.
    """

    plan: PlanMade | None = None
    steps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    epochs: Sequence[EpochFinished] = ()
    last_step: StepTaken | None = None
    share: float = 0.0
    seconds_left: float | None = None
    activity: str = ""
    messages: Sequence[str] = ()
    penalties: Sequence[PenaltyTried] = ()
    neighbours: Sequence[NeighboursTried] = ()

    @property
    def best(self) -> EpochFinished | None:
        """The best epoch so far, whose weights are kept."""
        return find_best(self.epochs)


@dataclass(frozen=True)
class _Anchor:
    """Where the pace of a sitting is measured from."""

    time: float
    step: int


class Record:
    """What a run's events add up to.

    Steps, of which there may be a million, are kept as two columns, so that one more step costs
    little.
    """

    def __init__(self) -> None:
        # The steps' numbers, which rise, and their losses.
        self._numbers = array("q")
        self._losses = array("d")
        self._last_step: StepTaken | None = None
        self._others: list[Event] = []
        self._is_last_a_step = False
        self._anchor: _Anchor | None = None
        self._steps_taken = 0  # in the sitting under way

    def add(self, event: Event) -> None:
        """Take in an event; a `Resumed` drops the later steps and epochs, which come again."""
        self._is_last_a_step = isinstance(event, StepTaken)
        if isinstance(event, StepTaken):
            self._add_step(event)
            return
        self._others.append(event)
        if isinstance(event, StateChanged) and event.state == "training":
            self._anchor = _Anchor(event.time, self._numbers[-1] if self._numbers else 0)
            self._steps_taken = 0
        if isinstance(event, Resumed):
            self._others = merge_events(self._others)
            self._drop_after(event.step)

    def _add_step(self, step: StepTaken) -> None:
        self._numbers.append(step.step)
        self._losses.append(step.loss)
        if self._steps_taken == WARM_UP and self._last_step is not None:
            self._anchor = _Anchor(self._last_step.time, self._last_step.step)
        self._steps_taken += 1
        self._last_step = step

    def _drop_after(self, step: int) -> None:
        kept = bisect.bisect_right(self._numbers, step)
        if kept < len(self._numbers):
            del self._numbers[kept:], self._losses[kept:]
            if self._last_step is not None:
                self._last_step = replace(self._last_step, step=step) if kept else None

    def summarise(self) -> Standing:
        """Where the run stands after all events that were added."""
        plans = [event for event in self._others if isinstance(event, PlanMade)]
        plan = plans[-1] if plans and plans[-1].steps_per_epoch > 0 else NO_PLAN
        last = self._last_step
        total = max(1, plan.steps_per_epoch * plan.epochs)
        return Standing(
            plan=plans[-1] if plans else None,
            steps=np.array(self._numbers) / plan.steps_per_epoch,
            losses=np.array(self._losses),
            epochs=[event for event in self._others if isinstance(event, EpochFinished)],
            last_step=last,
            share=min(1.0, last.step / total) if last else 0.0,
            seconds_left=_estimate_seconds(self._others, self._anchor, last, plan),
            activity=self._describe_activity(plan),
            messages=[event.text for event in self._others if isinstance(event, MessageSaid)],
            penalties=[event for event in self._others if isinstance(event, PenaltyTried)],
            neighbours=[event for event in self._others if isinstance(event, NeighboursTried)],
        )

    def _describe_activity(self, plan: PlanMade) -> str:
        now = self._others[-1] if self._others and not self._is_last_a_step else None
        if isinstance(now, StageAdvanced):
            return f"{now.text}: {now.done:,} of {now.total:,}"
        if isinstance(now, PenaltyTried):
            return f"Penalty {now.number} of {now.count} at most was tried"
        states = [event.state for event in self._others if isinstance(event, StateChanged)]
        state = states[-1] if states else ""
        if state == "training" and self._last_step:
            epoch = -(-self._last_step.step // plan.steps_per_epoch)
            return f"Epoch {epoch} of {plan.epochs}"
        return {
            "queued": "Waits for its turn",
            "preparing": "Getting ready",
            "training": "The first step is under way",
            "evaluating": "Reading the test split, once",
        }.get(state, "")


class Follower:
    """Reads a run's events as they come, once for all who watch."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._offset = 0
        self._lock = threading.Lock()
        self._record = Record()
        self._seen: dict[str, float] = {}

    def count_watchers(self, who: str, now: float) -> int:
        """How many watch the run now, with `who` among them.

        Call this at each look of a watcher: one that was not seen for `GONE_SECONDS` is counted no
        more.

        Args:
            who: names the watcher.
            now: in seconds, on a clock that only rises.
        """
        with self._lock:
            here = {name: at for name, at in self._seen.items() if now - at < GONE_SECONDS}
            self._seen = here | {who: now}
            return len(self._seen)

    def read(self) -> Standing:
        """Where the run stands now."""
        with self._lock:
            news, self._offset = self.run.load_events(self._offset)
            for event in news:
                self._record.add(event)
            return self._record.summarise()


def _estimate_seconds(
    others: Sequence[Event], anchor: _Anchor | None, last: StepTaken | None, plan: PlanMade
) -> float | None:
    """Seconds that the missing steps, validations and test take, at the pace since the anchor.

    Work is counted in steps; an image that is only looked at costs one of the forward passes that a
    training image costs several of.
    """
    if anchor is None or last is None or last.time <= anchor.time:
        return None
    per_epoch = plan.steps_per_epoch
    # How many steps a look at one image costs.
    look = per_epoch / max(1, plan.train) / plan.passes
    validation = look * plan.validation
    ended = [event.time for event in others if isinstance(event, EpochFinished)]
    looked = sum(anchor.time < time <= last.time for time in ended)
    done = last.step - anchor.step + looked * validation
    steps = per_epoch * plan.epochs - last.step
    missing = steps + (plan.epochs - len(ended)) * validation + look * plan.test
    return (last.time - anchor.time) / done * max(0.0, missing) if done > 0 else None


def format_seconds(seconds: float) -> str:
    """A duration as people say it, such as "3 min 10 s"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
