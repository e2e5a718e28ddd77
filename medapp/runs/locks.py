"""Who works: a lock on a run, and one on the machine, dropped by the system with the process."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from medapp.errors import RunError, WorkspaceError
from medapp.store.workspace import Workspace

# In a worker's environment: who started it has seen to its room on the machine.
ALLOTTED = "MEDAPP_ALLOTTED"
CHANGES = "changed"  # touched whenever a run's summary may have changed


def is_run_locked(folder: Path) -> bool:
    """Whether a living process works on the run."""
    # A lock makes the folder where it is missing, and with it half a run.
    if not folder.is_dir():
        return False
    lock = filelock.FileLock(folder / "lock")
    try:
        with lock.acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        # The folder is somebody else's: what its events say is believed.
        return True


def lock_run(folder: Path, name: str) -> filelock.BaseFileLock:
    """Hold a run for this process until the lock that is given is released.

    Raises:
        RunError: another process works on the run, or the run was deleted.
    """
    if not folder.is_dir():
        raise _say_deleted(name)
    lock = filelock.FileLock(folder / "lock")
    try:
        # Another process that only asks whether the run is locked holds the lock for a moment.
        lock.acquire(timeout=1)
    except filelock.Timeout:
        raise RunError(
            f"Another process works on run {name}.", remedy="Wait for it, or stop it first."
        ) from None
    except OSError as error:
        raise say_unchanged(folder, error) from error
    if not (folder / "lock").exists():
        # Whoever held the lock meanwhile has deleted the run.
        lock.release()
        raise _say_deleted(name)
    return lock


def _say_deleted(name: str) -> RunError:
    return RunError(f"Run {name} was deleted.", remedy="Start a new run.")


@contextlib.contextmanager
def hold_machine(workspace: Workspace) -> Iterator[bool]:
    """Hold the workspace's machine, so that one run trains at a time; False if another one does.

    Where the machine was allotted to this process (a cluster's job), nothing is held.
    """
    if os.environ.get(ALLOTTED):
        yield True
        return
    lock = filelock.FileLock(workspace.runs_folder / "machine.lock")
    try:
        lock.acquire(timeout=0.2)
    except filelock.Timeout:
        yield False
        return
    except OSError as error:
        raise say_unchanged(workspace.runs_folder, error) from error
    try:
        yield True
    finally:
        lock.release()


def note_change(runs_folder: Path) -> None:
    """Tell every process that keeps summaries of runs to look again."""
    # A workspace that may only be read does not change.
    with contextlib.suppress(OSError), (runs_folder / CHANGES).open("ab") as file:
        file.write(b".")


@contextlib.contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what the disk says into an error for a person."""
    try:
        yield
    except OSError as error:
        raise say_unchanged(path, error) from error


def say_unchanged(path: Path, error: OSError) -> WorkspaceError:
    """The error for something that could not be changed."""
    reason = error.strerror or error
    return WorkspaceError(
        f"{path} could not be changed: {reason}.",
        remedy="Check the permissions and the space left.",
    )
