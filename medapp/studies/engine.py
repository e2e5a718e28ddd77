"""Runs of a study handed to an engine: SLURM where it is here, else processes of this machine.

`submitit` (an extra, `medapp[cluster]`) sends so many jobs as there are workers. Each job takes the
next run of the study that nobody works on, until none is left, so that the order stays, and the
study's time is kept. The workspace must lie on a disk that all of the cluster's machines see.
"""

import contextlib
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import filelock

from medapp.errors import MedAppError, Remedy, RunError
from medapp.runs.events import Event, MessageSaid
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace
from medapp.studies.budget import find_objection
from medapp.studies.working import find_runs, stop_runs

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
# Of a job, where its options say nothing: a cluster's own limit may be less.
DAY_MINUTES = 24 * 60


class Job(Protocol):
    """What submitit gives for a job that was sent."""

    def done(self) -> bool:
        """Whether it has ended."""


def check_engine(options: Mapping[str, Any] | None = None) -> None:
    """Find out whether jobs could be sent, before there is anything to send.

    Args:
        options: as for `hand_over`.

    Raises:
        RunError: submitit is not there, or an option is unknown.
    """
    # An executor makes its folder at once.
    with tempfile.TemporaryDirectory() as folder:
        _open_executor(Path(folder), options or {})


def hand_over(
    workspace: Workspace,
    study: str,
    ids: Sequence[str],
    workers: int,
    options: Mapping[str, Any] | None = None,
) -> list[Job]:
    """Send jobs that work on all runs of a study that wait.

    Args:
        study: its id; the jobs' logs lie in its folder.
        workers: jobs, and so runs that work at once.
        options: of submitit's executors, such as "slurm_partition" or "timeout_min".

    Raises:
        RunError: submitit is not there, an option is unknown, or the engine takes no job.
    """
    executor = _open_executor(workspace.studies_folder / study, options or {})
    for run in find_runs(workspace, ids):
        if run.state in ("queued", "interrupted"):
            run.hand_over(executor.cluster)
    try:
        is_here = executor.cluster == "local"
        return [
            executor.submit(
                drain, str(workspace.root), list(ids), (number, workers) if is_here else None
            )
            for number in range(workers)
        ]
    except Exception as error:
        for run in find_runs(workspace, ids):
            run.request_resume()
        raise RunError(
            f"The engine {executor.cluster} takes no job: {error}.",
            remedy="Try its own command for jobs first, such as sbatch, with the same options.",
        ) from error


def drain(root: str, ids: Sequence[str], part: tuple[int, int] | None = None) -> None:
    """Work on the runs of a study that wait, until none is left: the work of one job.

    Args:
        root: of the workspace.
        part: which of how many jobs of this machine this one is, counted from 0: it takes its part
            of the cores. None where the engine deals them.
    """
    if part is not None and hasattr(os, "sched_setaffinity"):
        number, jobs = part
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[number::jobs] or cores)
    workspace = Workspace(Path(root))
    objection = partial(find_objection, workspace)
    for run in find_runs(workspace, ids):
        with _claim(run) as is_mine:
            if not is_mine or run.state not in ("queued", "interrupted"):
                continue
            supervisor = Supervisor(workspace, run, objection, is_allotted=True)
            try:
                supervisor.run_to_end(lambda event: None)
            except MedAppError as error:
                # The others may still work; the run's own page says why this one does not.
                LOG.error("%s", error)


def wait_for(
    workspace: Workspace,
    ids: Sequence[str],
    jobs: Sequence[Job],
    on_event: Callable[[Event], None],
) -> None:
    """Wait until all jobs have ended; Ctrl-C stops all runs of the study.

    Args:
        on_event: told how many runs are done, each time that there is another one.
    """
    runs = find_runs(workspace, ids)
    pause = threading.Event()
    said = -1
    while True:
        try:
            are_over = all(job.done() for job in jobs)
            done = sum(run.state == "done" for run in runs)
            if done != said:
                on_event(MessageSaid(text=f"{done} of {len(runs)} runs are done"))
            said = done
            if are_over:
                return
            pause.wait(LOOK_SECONDS)
        except KeyboardInterrupt:
            stop_runs(runs)


def _open_executor(folder: Path, options: Mapping[str, Any]) -> Any:
    """What sends jobs, whose logs lie in `jobs` of a folder, once there is one."""
    try:
        import submitit
    except ImportError as error:
        raise RunError(
            "Several workers need submitit, which is not installed.",
            remedy=Remedy(
                "Install MedApp with its extra for clusters.",
                "Install it: pip install 'medapp[cluster]'",
            ),
            setting="workers",
        ) from error
    executor = submitit.AutoExecutor(folder=folder / "jobs")
    try:
        executor.update_parameters(**{"name": "medapp", "timeout_min": DAY_MINUTES, **options})
    except (TypeError, ValueError, NameError, AssertionError) as error:
        raise RunError(
            f"An option for the jobs cannot be used: {error}",
            remedy="Options are those of submitit, such as slurm_partition=gpu.",
            setting="workers",
        ) from error
    return executor


@contextlib.contextmanager
def _claim(run: Run) -> Iterator[bool]:
    """Take a run for this job; False where another job has it, or it was deleted."""
    if not run.folder.is_dir():
        yield False
        return
    lock = filelock.FileLock(run.folder / "claim")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
