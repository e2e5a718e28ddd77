"""The child process that does a run's work: `python -m medapp.runs.worker RUN_FOLDER`.

The work itself stands in `sitting`. The process gets all it needs from the run's folder and writes
what happens into the run's events. When its standard input closes, whoever started it is gone: it
then writes a checkpoint and ends. A run on several devices has a process for each: the first one
starts this command again, with a number in `LOCAL_RANK`.
"""

import contextlib
import os
import sys
import threading
import time
import traceback
from pathlib import Path

import psutil

from medapp.errors import MedAppError
from medapp.runs.events import WorkerReady
from medapp.runs.locks import hold_machine
from medapp.runs.run import FINAL, Run
from medapp.store.workspace import Workspace

BUSY = 75  # exit status: another run holds the machine; try again later


def main() -> int:
    """Work on the run whose folder is the first argument.

    Returns:
        The exit status: 0 when the run came to an end that its events tell, `BUSY`, or 1.
    """
    started = time.perf_counter()
    run = Run(Path(sys.argv[1]).absolute())
    workspace = Workspace(run.folder.parent.parent)
    orphaned = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(orphaned,), daemon=True).start()
    if int(os.environ.get("LOCAL_RANK", "0")):
        return _follow(workspace, run)
    try:
        with hold_machine(workspace) as is_free:
            # Whoever holds the machine may work on this very run: its lock is not asked for then.
            if not is_free:
                return BUSY
            with run.lock():
                # Another supervisor was quicker.
                if run.find_last_state().state in FINAL:
                    return 0
                try:
                    _work_in_words(workspace, run, orphaned, started)
                finally:
                    _end_followers()
    except MedAppError as error:
        # The run is held by another process, or the disk is too full to write the reason.
        print(error, file=sys.stderr, flush=True)  # noqa: T201 - standard error is the run's log
        return 1
    return 0


def _wait_for_end_of_input(orphaned: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    orphaned.set()


def _follow(workspace: Workspace, run: Run) -> int:
    """Work as one of several processes that share a run.

    The first process, which started this one, holds the locks, writes the events and decides when
    to stop.
    """
    threading.Thread(target=_leave_with, args=(psutil.Process().parent(),), daemon=True).start()
    try:
        from medapp.runs.sitting import Sitting

        Sitting(workspace, run, lambda: False).do()
    except Exception as error:  # noqa: BLE001 - memory or card of this process alone may have failed
        traceback.print_exc()
        # The first process, which waits for this one, would only see that it vanished.
        if isinstance(error, MedAppError | MemoryError):
            run.set_state("failed", str(error) or "Memory ran out in one of the run's processes.")
        return 1
    return 0


def _leave_with(leader: psutil.Process | None) -> None:
    if leader is not None:
        leader.wait()
    os._exit(1)


def _end_followers() -> None:
    """Kill the processes that this one started: they may wait in vain, and hold graphics cards."""
    followers = psutil.Process().children()
    for follower in followers:
        with contextlib.suppress(psutil.NoSuchProcess):
            follower.kill()
    psutil.wait_procs(followers, timeout=3)


def _work_in_words(
    workspace: Workspace, run: Run, orphaned: threading.Event, started: float
) -> None:
    """Do the work; whatever goes wrong becomes an event with a reason."""
    run.set_state("preparing")
    try:
        from medapp.runs.sitting import Sitting
        from medapp.runs.starting import hold_start

        hold_start(workspace, run)
        seconds = round(time.perf_counter() - started, 3)
        run.append_event(WorkerReady(startup_seconds=seconds, pid=os.getpid()))
        is_stopped = run.is_stop_requested
        is_finished = Sitting(workspace, run, lambda: orphaned.is_set() or is_stopped()).do()
    except MedAppError as error:
        run.set_state("failed", str(error))
    except MemoryError:
        advice = "Choose a smaller image size or batch."
        run.set_state("failed", f"The machine has too little memory for this. {advice}")
    except OSError as error:
        what = f"{error.strerror or error} ({error.filename or 'no name'})"
        advice = "Check the disk, then resume."
        run.set_state("failed", f"A file could not be read or written: {what}. {advice}")
    except Exception as error:  # noqa: BLE001 - the log keeps the traceback, the page says words
        traceback.print_exc()
        # Where the run has failed already, one of the other processes has said why.
        if run.find_last_state().state != "failed":
            run.set_state("failed", _describe_fault(error))
    else:
        if is_finished:
            run.set_state("done")
        elif run.is_stop_requested():
            run.set_state("stopped", run.read_stop())
        else:
            run.set_state("interrupted", "The app was closed. The run goes on from its checkpoint.")
    run.clear_stop()


def _describe_fault(error: Exception) -> str:
    """Why a run failed, where no error in words says so."""
    followers = psutil.Process().children()
    if any(follower.status() == psutil.STATUS_ZOMBIE for follower in followers):
        return (
            "One of the run's processes vanished; perhaps memory ran out. Choose a smaller batch or"
            " image size, or resume."
        )
    fault = f"{type(error).__name__}: {error}"
    return f"An unexpected fault ({fault}). The log tells more; please report it."


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        status = main()
        sys.stdout.flush()
        # The thread that waits for the end of input would keep the process alive.
        os._exit(status)
