"""What a sitting says, as events of its run.

Where several processes share a run, only the first one writes events.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from medapp.errors import RunError
from medapp.evaluation.words import write_figure
from medapp.runs.events import (
    EpochFinished,
    Event,
    MessageSaid,
    NeighboursTried,
    PenaltyTried,
    PlanMade,
    StageAdvanced,
    StepTaken,
)
from medapp.runs.run import Run
from medapp.store.threads import OnProgress
from medapp.training.watcher import Epoch, NeighbourCount, Penalty, Step

STAGE_SECONDS = 0.25  # between two events that say how far a stage is


class StopRequestedError(RunError):
    """The run was asked to stop while it prepared."""


class Reporter:
    """A `medapp.training.watcher.Watcher` that writes a run's events.

    Args:
        is_silent: another process says what happens.
    """

    def __init__(self, run: Run, should_stop: Callable[[], bool], is_silent: bool = False) -> None:
        self.run = run
        self.should_stop = should_stop
        self.is_silent = is_silent
        self._plan: PlanMade | None = None

    def report(self, event: Event) -> None:
        """Write an event, unless another process does."""
        if isinstance(event, PlanMade):
            self._plan = event
        if not self.is_silent:
            self.run.append_event(event)

    def say(self, text: str) -> None:
        """Write a sentence for the person who waits."""
        self.report(MessageSaid(text=text))

    def on_step(self, step: Step) -> None:
        """Write a step that was taken."""
        self.report(StepTaken(**vars(step)))

    def on_epoch(self, epoch: Epoch) -> None:
        """Write an epoch that was finished."""
        values: dict[str, Any] = {**vars(epoch), **epoch.validation}
        del values["validation"]
        # One term is the loss itself.
        values["terms"] = dict(epoch.terms) if len(epoch.terms) > 1 else {}
        self.report(EpochFinished(**values))

    def on_shortened(self, epochs: int) -> None:
        """Write the plan anew, so that the time left and the share done are those of the end."""
        if self._plan is not None:
            self.report(replace(self._plan, epochs=epochs))

    def on_penalty(self, penalty: Penalty) -> None:
        """Write a penalty that was tried."""
        self.report(PenaltyTried(**vars(penalty)))

    def on_neighbours(self, tried: NeighbourCount) -> None:
        """Write a number of neighbours that was tried."""
        self.report(NeighboursTried(**vars(tried)))

    def follow_stage(self, text: str) -> OnProgress:
        """A function that writes how far a long stage is, four times a second at most.

        Call the function with items done and items in all. It raises StopRequestedError, which
        ends the stage, when the run is to stop.
        """
        said = 0.0

        def advance(done: int, total: int) -> None:
            nonlocal said
            if self.should_stop():
                raise StopRequestedError("Stopped while preparing.")
            if time.perf_counter() - said > STAGE_SECONDS or done == total:
                said = time.perf_counter()
                self.report(StageAdvanced(text=text, done=done, total=total))

        return advance


class HeadReporter(Reporter):
    """Tells of a head that is fitted before the epochs of a run: no epoch, but a sentence."""

    def on_epoch(self, epoch: Epoch) -> None:
        """Say how good the head is that the steps start from."""
        figure = epoch.validation.get("balanced_accuracy")
        so_far = "" if figure is None else f": balanced accuracy {write_figure(figure)} so far"
        self.say(f"The head is fitted{so_far}. Now everything learns.")
