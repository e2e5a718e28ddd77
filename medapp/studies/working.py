"""The runs of a study at work: one after the other here, stopped together, resumed together."""

from collections.abc import Callable, Sequence
from functools import partial

from medapp.errors import MedAppError, RunError
from medapp.runs.events import Event
from medapp.runs.registry import find_registry
from medapp.runs.run import FINAL, Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace
from medapp.studies.budget import find_objection, is_out_of_time

RESUMABLE = ("stopped", "failed", "interrupted")


def find_runs(workspace: Workspace, ids: Sequence[str]) -> list[Run]:
    """The runs that are left of a study, in order."""
    registry = find_registry(workspace)
    return [Run(workspace.runs_folder / id) for id in ids if registry.find(id) is not None]


def work_off(
    workspace: Workspace, ids: Sequence[str], on_event: Callable[[Event], None] | None = None
) -> None:
    """Work on the runs of a study that wait, one after the other, and wait for the end.

    A run that fails, or does not fit the study's time, leaves the others going. Where a person
    stops one, by Ctrl-C or on a page, those that wait are stopped too.

    Raises:
        RunError: all runs failed; says why the first did.
    """
    runs = find_runs(workspace, ids)
    for number, run in enumerate(runs):
        if run.state in FINAL:
            continue
        if _work_on(workspace, run, on_event or (lambda event: None)):
            stop_runs(runs[number + 1 :])
            break
    if runs and all(run.state == "failed" for run in runs):
        reason = runs[0].find_last_state().reason or ""
        raise RunError(f"All {len(runs)} runs failed. {runs[0].name}: {reason}")


def stop_runs(runs: Sequence[Run]) -> None:
    """Ask all runs that have not ended to stop, those that wait first."""
    for run in reversed(runs):
        if run.state not in ("done", *RESUMABLE) or run.state == "interrupted":
            run.request_stop()


def resume_runs(runs: Sequence[Run]) -> int:
    """Queue all runs again that have not come to their end; gives how many."""
    waiting = [run for run in runs if run.state in RESUMABLE]
    for run in waiting:
        run.request_resume()
    return len(waiting)


def _work_on(workspace: Workspace, run: Run, on_event: Callable[[Event], None]) -> bool:
    """Work on one run to its end; True where a person stopped it."""
    supervisor = Supervisor(workspace, only=run, find_objection=partial(find_objection, workspace))
    try:
        state = supervisor.run_to_end(on_event)
    except KeyboardInterrupt:
        run.request_stop()
        supervisor.run_to_end(on_event)
        return True
    except MedAppError as error:
        # The worker cannot start: the run says why, and others may still.
        if run.find_last_state().state not in ("queued", "failed"):
            raise
        with run.lock():
            run.set_state("failed", str(error))
        return False
    return state == "stopped" and not is_out_of_time(run)
