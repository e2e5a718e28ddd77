"""The queue: a worker for each run that waits, one at a time, oldest first.

A run whose process has vanished gets a worker again. The app has one supervisor in a thread;
`medapp train` has one in the foreground for its own run. Both may live in one workspace: the lock
on the machine decides. A worker ends when its supervisor does, because the worker's standard input
then closes; the run goes on with the next supervisor's worker.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from medapp.errors import MedAppError, RunError, WorkspaceError
from medapp.runs.drafts import sweep_drafts
from medapp.runs.events import ACTIVE, EpochFinished, Event, StateChanged
from medapp.runs.locks import ALLOTTED, hold_machine
from medapp.runs.registry import find_registry
from medapp.runs.run import FINAL, Run
from medapp.store.workspace import Workspace

Objection = Callable[[Run], str | None]

LOG = logging.getLogger(__name__)
TICK_SECONDS = 0.3
AGAIN_SECONDS = 30.0  # until a run is tried again that could neither start nor fail
NO_WORK = 1  # a worker's exit status: nothing was done, and the run's events do not say why
ASK_SECONDS = 5.0  # between two questions whether the run under way may go on
ATTEMPTS = 3  # a run whose process vanishes so often without an epoch in between is given up
# Variables of a worker's environment.
ENVIRONMENT = {
    # Threads that wait by spinning slow down the other process on a small machine (measured: 2.1
    # times).
    "OMP_WAIT_POLICY": "PASSIVE",
    # Threads that never spin sleep between the hundreds of layers of a step. Spinning for a moment,
    # about 0.2 ms, makes steps 1.07 times as fast.
    "GOMP_SPINCOUNT": "10000",
    # glibc asks the system for every block over 32 MB anew, and gives it back zeroed pages:
    # activations are such blocks. Kept in the process, features are computed 1.25 times as fast and
    # a fine-tune's steps 1.1 to 1.25 times (128 px, two cores). Ignored elsewhere.
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
}
# Variables that a cluster's launcher sets for this process; a worker would take them for facts
# about the processes that it starts itself.
LAUNCHER = {
    "LOCAL_RANK",
    "NODE_RANK",
    "GROUP_RANK",
    "RANK",
    "WORLD_SIZE",
    "MASTER_ADDR",
    "MASTER_PORT",
    "TORCHELASTIC_USE_AGENT_STORE",
}

GIVEN_UP = (
    f"The process vanished {ATTEMPTS} times without finishing an epoch; perhaps the machine ran out"
    " of memory. Choose a smaller image size or batch."
)


class Supervisor:
    """Watches one workspace.

    Args:
        only: the one run to work on; None for all that wait.
        find_objection: why a run may not begin, or may not go on, in words; None where it may. A
            run that may not is stopped with these words.
        is_allotted: the machine, or a part of it, was given to this process: no other run's end is
            waited for.
    """

    def __init__(
        self,
        workspace: Workspace,
        only: Run | None = None,
        find_objection: Objection | None = None,
        is_allotted: bool = False,
    ) -> None:
        self.workspace = workspace
        self.only = only
        self.find_objection = find_objection
        self.is_allotted = is_allotted
        self._ask_again = 0.0  # when, on a clock that only rises
        self.child: subprocess.Popen[bytes] | None = None
        self._worked_on: Run | None = None
        # Runs that could not be started, and when to try again, on a clock that only rises.
        self._again: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch in a thread of its own until `stop`."""
        sweep_drafts(self.workspace)
        self._thread = threading.Thread(target=self._watch, name="medapp-supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; the worker under way writes a checkpoint and ends."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self.child is not None:
            assert self.child.stdin is not None
            self.child.stdin.close()
            self.child.wait()

    def run_to_end(self, on_event: Callable[[Event], None]) -> str:
        """Work on the one run until it has ended, and give its last state.

        Args:
            on_event: called with each event of the run.
        """
        assert self.only is not None
        offset = 0
        while True:
            self.tick()
            events, offset = self.only.load_events(offset)
            for event in events:
                on_event(event)
            if self.child is None:
                state = self.only.find_last_state().state
                if state in FINAL:
                    return state
            self._ended.wait(TICK_SECONDS if not events else 0.05)

    def tick(self) -> None:
        """Look once: reap a worker that ended, start the next one where the machine is free.

        A run whose worker cannot start fails with the reason, and those behind it have their turn.

        Raises:
            MedAppError: the worker of the one run that is watched cannot start.
        """
        if self.child is not None:
            if self.child.poll() is None:
                self._ask_on()
                return
            self._reap()
        for run in self._find_waiting():
            if not self._is_machine_free():
                return
            if self._is_objected(run):
                continue
            try:
                self.child = _start_worker(run, self.is_allotted)
            except MedAppError as error:
                self._pass_over(run, error)
                continue
            self._worked_on = run
            return

    def _is_machine_free(self) -> bool:
        if self.is_allotted:
            return True
        with hold_machine(self.workspace) as is_free:
            return is_free

    def _ask_on(self) -> None:
        """Ask now and then whether the run under way may go on."""
        if time.monotonic() >= self._ask_again and self._worked_on is not None:
            self._ask_again = time.monotonic() + ASK_SECONDS
            self._is_objected(self._worked_on)

    def _is_objected(self, run: Run) -> bool:
        """Whether a run may not begin or go on; it is stopped then."""
        reason = self.find_objection(run) if self.find_objection else None
        if reason is not None:
            run.request_stop(reason)
        return reason is not None

    def _reap(self) -> None:
        """Take note of a worker that ended without any work."""
        assert self.child is not None
        status = self.child.returncode
        run = self._worked_on
        self.child = None
        if status == NO_WORK and run is not None and run.folder.is_dir():
            said = run.read_log().strip().rpartition("\n")[2]
            self._pass_over(run, RunError(f"The process of run {run.name} ended at once. {said}"))

    def _pass_over(self, run: Run, error: MedAppError) -> None:
        """Let a run that cannot begin fail; others, and where that cannot be written: later."""
        if self.only is not None:
            raise error
        LOG.error("%s", error)
        self._again[run.id] = time.monotonic() + AGAIN_SECONDS
        with contextlib.suppress(MedAppError):
            if run.find_last_state().state == "queued":
                with run.lock():
                    run.set_state("failed", str(error))

    def _find_waiting(self) -> list[Run]:
        """Runs that need a worker, oldest first, but those that just could not be started."""
        if self.only is not None:
            return [self.only] if _needs_worker(self.only) else []
        # A damaged run is among them: its worker says in words what is wrong.
        unfinished = find_registry(self.workspace).list_unfinished()
        waiting = []
        for run in (Run(self.workspace.runs_folder / summary.id) for summary in unfinished):
            if run.is_handed_over or time.monotonic() < self._again.get(run.id, 0.0):
                continue
            try:
                if _needs_worker(run):
                    waiting.append(run)
            except MedAppError as error:
                self._pass_over(run, error)
        return waiting

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self.tick()
            except (MedAppError, OSError) as error:
                # A full disk, for example, must not end the watch.
                LOG.error("%s", error)
            self._ended.wait(TICK_SECONDS)


def _needs_worker(run: Run) -> bool:
    """Whether a run waits.

    A run whose process vanishes again and again is given up: it fails, with the reason.
    """
    state = run.state
    if state == "interrupted" and _count_attempts(run.load_events()[0]) >= ATTEMPTS:
        with run.lock():
            run.set_state("failed", GIVEN_UP)
        return False
    return state in ("queued", "interrupted")


def _count_attempts(events: list[Event]) -> int:
    """Sittings that were cut off since the last epoch, or since the run was queued."""
    count = 0
    for event in events:
        if isinstance(event, StateChanged) and event.state in ACTIVE:
            count += event.state == "preparing"
        elif isinstance(event, StateChanged | EpochFinished):
            count = 0
    return count


def _start_worker(run: Run, is_allotted: bool) -> subprocess.Popen[bytes]:
    """A child process in a session of its own; what it prints goes to the run's log."""
    inherited = {name: value for name, value in os.environ.items() if name not in LAUNCHER}
    environment = inherited | ENVIRONMENT | ({ALLOTTED: "1"} if is_allotted else {})
    try:
        with (run.folder / "log.txt").open("ab") as log:
            # -P: a user's module in the working folder is not taken for one of Python's own.
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "medapp.runs.worker", str(run.folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        reason = f"{error.strerror or error} ({error.filename or run.folder})"
        raise WorkspaceError(
            f"The process of run {run.name} cannot start: {reason}.",
            remedy="Check permissions and space.",
        ) from error
