"""The time that a study was given, kept while its runs work: what no longer fits is not begun.

A study's estimate before the start comes from a rule of thumb, or from earlier runs; here it is
measured. What a run takes is what the runs of its own kind took, over other seeds or folds.
"""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from medapp.errors import MedAppError
from medapp.runs.events import ACTIVE, Event, StateChanged
from medapp.runs.plan import plan_run
from medapp.runs.progress import format_seconds
from medapp.runs.run import Run
from medapp.store.workspace import Workspace
from medapp.studies.curve import Curve, list_curves
from medapp.studies.fitting import check_workers
from medapp.studies.folder import update_study
from medapp.studies.live import follow
from medapp.studies.race import Race, list_races
from medapp.studies.time import check_minutes

# A run under way may go so far beyond the time, in parts of it: stopped, its work is lost.
GRACE = 0.1
OUT_OF_TIME = "Out of time: "  # begins the reason of a run that did not fit


class Timed(Protocol):
    """A study with a time."""

    @property
    def name(self) -> str:
        """What people call the study."""

    @property
    def minutes(self) -> float | None:
        """That the study may take."""

    @property
    def workers(self) -> int:
        """How many of its runs work at once."""

    def list_runs(self) -> list[str]:
        """The ids of its runs."""

    def list_alike(self, id: str) -> list[str]:
        """The ids of runs that take as long as this one."""


def find_objection(workspace: Workspace, run: Run) -> str | None:
    """Why a run may not begin, or go on, by the time of its study; None where it may."""
    study = find_timed(workspace, run.id)
    if study is None or study.minutes is None:
        return None
    used = sum(
        _count_seconds(workspace.runs_folder / other)
        for other in study.list_runs()
        if other != run.id
    )
    given = 60 * study.minutes * study.workers
    if run.state in ACTIVE:
        whole = _foresee(run.folder)
        room = given * (1 + GRACE) - used
    else:
        whole = _estimate(workspace, study, run)
        room = given - used
    if whole is None or whole <= room:
        return None
    return (
        f"{OUT_OF_TIME}it takes about {format_seconds(whole)}, and of the {study.minutes:g} minutes"
        f" that {study.name} was given {format_seconds(max(0.0, given - used) / study.workers)} are"
        " left."
    )


S = TypeVar("S", bound=Race | Curve)


def renew_time(workspace: Workspace, study: S, minutes: float | None = None, workers: int = 1) -> S:
    """The study with the time that it has from now on, written to its file too.

    Args:
        minutes: in all; without it the time that the study was given holds, unless runs did not fit
            it: then there is no limit any more.
        workers: how many runs will work at once.

    Raises:
        RecipeError: minutes or workers cannot be.
    """
    check_minutes(minutes, "study")
    check_workers("study", workers)
    known = [Run(workspace.runs_folder / id) for id in study.list_runs()]
    has_late = any(run.folder.is_dir() and is_out_of_time(run) for run in known)
    limit = minutes if minutes is not None or has_late else study.minutes
    update_study(workspace, study.id, {"minutes": limit, "workers": workers})
    return replace(study, minutes=limit, workers=workers)


def is_out_of_time(run: Run) -> bool:
    """Whether a run was stopped because it did not fit its study's time."""
    return (run.find_last_state().reason or "").startswith(OUT_OF_TIME)


def find_timed(workspace: Workspace, id: str) -> Timed | None:
    """The study with a time that a run belongs to."""
    known: Sequence[Timed] = (*list_races(workspace), *list_curves(workspace))
    timed = (study for study in known if study.minutes is not None)
    return next((study for study in timed if id in study.list_runs()), None)


def _estimate(workspace: Workspace, study: Timed, run: Run) -> float | None:
    """Seconds that a run will take: as its like did, else by the plan.

    None where there is no plan: the run's own process says what is wrong.
    """
    alike = [Run(workspace.runs_folder / id) for id in study.list_alike(run.id)]
    took = [_count_seconds(each.folder) for each in alike if _is_done(each)]
    if took:
        return float(np.mean(took))
    with contextlib.suppress(MedAppError):
        return plan_run(workspace, run.recipe, run.machine).seconds
    return None


def _is_done(run: Run) -> bool:
    return run.folder.is_dir() and run.find_last_state().state == "done"


def _foresee(folder: Path) -> float | None:
    """Seconds that a run under way takes in all by its pace; None where that cannot be told yet."""
    left = follow(folder).read().seconds_left
    return None if left is None else _count_seconds(folder) + left


def _count_seconds(folder: Path) -> float:
    """Seconds of a run's work, the start of its processes included; up to now if it is under way.

    Of a run that was deleted 0.
    """
    path = folder / "events.jsonl"
    try:
        facts = path.stat()
    except OSError:
        return 0.0
    return _count_until(path, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(1000)
def _count_until(path: Path, mtime: int, size: int) -> float:
    """The same, kept for the file as it is."""
    return add_sittings(Run(path.parent).load_events()[0])


def add_sittings(events: Sequence[Event]) -> float:
    """Seconds from the beginning of each sitting to its end, or to the last event."""
    total = 0.0
    begun: float | None = None
    last = 0.0
    for event in events:
        is_start = isinstance(event, StateChanged) and event.state == "preparing"
        is_end = isinstance(event, StateChanged) and event.state not in ACTIVE
        # A sitting that was killed ends with its last event, before the next one begins.
        end = event.time if is_end else last
        if begun is not None and (is_start or is_end):
            # A clock that was set back takes no time away.
            total += max(0.0, end - begun)
            begun = None
        if is_start:
            begun = event.time
        last = event.time
    return total + (max(0.0, last - begun) if begun is not None else 0.0)
