"""A run while it is made: in a hidden folder, which is renamed once all of the run is there.

    runs/.new-<number>/run     what will be the run's folder
    runs/.new-<number>/lock    held by the process that makes the run

So nothing that looks at `runs/` ever meets half a run. What a killed process left is deleted by the
next one that makes a run, or by the next server.
"""

import contextlib
import datetime
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.runs.locks import is_run_locked, lock_run, note_change
from medapp.runs.run import HIDDEN, Run
from medapp.store.workspace import Workspace

STAMP = "%Y%m%d-%H%M%S"  # begins the name of a run's folder
# Between making its folder and locking it a process needs less than a millisecond.
LOCKED_AFTER_SECONDS = 60.0


@contextlib.contextmanager
def draft_run(workspace: Workspace) -> Iterator[Run]:
    """A run whose folder is hidden inside the block, and stands under `runs/` after it.

    The run that is given knows its place in both. An error inside the block leaves nothing.

    Raises:
        WorkspaceError: the folder cannot be made.
    """
    sweep_drafts(workspace)
    hidden = workspace.runs_folder / f"{HIDDEN}{os.urandom(8).hex()}"
    run = Run(hidden / "run")
    try:
        run.folder.mkdir(parents=True)
    except OSError as error:
        raise _say_unmade(hidden, error) from error
    try:
        with lock_run(hidden, "that is being made"):
            yield run
            run.folder = _place(workspace, run.folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    note_change(workspace.runs_folder)


def _place(workspace: Workspace, folder: Path) -> Path:
    """Rename the folder to the first name by the time that no run has.

    The name comes after those of all other runs, as the queue goes by names: a clock that was set
    back, as in each autumn, does not let a run overtake those that wait.
    """
    for number in range(1, 1000):
        now = max(datetime.datetime.now(), _find_latest(workspace))
        place = workspace.runs_folder / f"{now:{STAMP}}-{number:03d}"
        if place.exists():
            continue
        try:
            return folder.rename(place)
        except OSError as error:
            # Another process may have taken the name in this moment.
            if not place.exists():
                raise _say_unmade(place, error) from error
    raise WorkspaceError("A thousand runs were started within one second.", remedy="Wait a moment.")


def _find_latest(workspace: Workspace) -> datetime.datetime:
    """The latest time in the name of a run, where it lies ahead by less than a day.

    One further ahead was made with a clock that was wrong, and others do not follow it.
    """
    bound = datetime.datetime.now() + datetime.timedelta(days=1)
    latest = datetime.datetime.min
    for path in workspace.runs_folder.iterdir():
        with contextlib.suppress(ValueError):
            made = datetime.datetime.strptime(path.name.rpartition("-")[0], STAMP)
            latest = max(latest, made if made < bound else latest)
    return latest


def sweep_drafts(workspace: Workspace) -> None:
    """Delete what processes that were killed have left of the runs that they made."""
    with contextlib.suppress(OSError):
        for folder in workspace.runs_folder.iterdir():
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    is_old = time.time() - folder.stat().st_mtime > LOCKED_AFTER_SECONDS
    if folder.name.startswith(HIDDEN):
        return ((folder / "lock").exists() or is_old) and not is_run_locked(folder)
    # Versions before 0.2 unpacked an import in the run's own folder.
    return is_old and (folder / "unpacked").is_dir() and not (folder / "recipe.json").exists()


def _say_unmade(folder: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{folder} cannot be made: {error.strerror}.",
        remedy="Free some space or check the permissions.",
    )
