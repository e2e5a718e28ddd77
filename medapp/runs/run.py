"""A run is a folder: what was asked, who was on which side, what happened, what came out. It can be
copied, zipped and read by hand.

    recipe.json         what was asked; never changed
    name.txt            what people call the run
    split.parquet       each sample with its side and content hash
    events.jsonl        what happened, one JSON object a line, appended by whoever holds the lock
    checkpoint.pt       where the training stands
    model.safetensors   the weights of the best epoch
    evaluation.json     the figures on the test part
    predictions.parquet the probabilities behind them
    log.txt             what the worker printed
    lock                held by the process that works on the run; the system drops it when the
    process dies stop                its presence asks the worker to stop

A run's state is what its events say; nothing else stores it.
"""

import contextlib
import datetime
import functools
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock

from medapp.errors import RecipeError, RunError, WorkspaceError
from medapp.evaluation.evaluate import Evaluation
from medapp.evaluation.metrics import METRICS
from medapp.runs.events import (
    Event,
    ends_with_newline,
    merge_events,
    read_event,
    read_from,
    read_tail,
)
from medapp.store.files import expand_path, write_bytes
from medapp.store.workspace import Workspace
from medapp.training.recipe.recipe import STRATEGIES, Recipe

ACTIVE = ("preparing", "training", "evaluating")
FINAL = ("done", "stopped", "failed")


class Run:
    """One run, read from its folder at each question, so that every process sees the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"Run({self.name!r}, {self.state})"

    @property
    def id(self) -> str:
        """The folder's name: date, time and a number."""
        return self.folder.name

    @property
    def name(self) -> str:
        """What people call the run."""
        path = self.folder / "name.txt"
        with contextlib.suppress(OSError):  # not there, or not to be read: the id is a name too
            return (
                " ".join(path.read_text(encoding="utf-8", errors="replace").split())[:100]
                or self.id
            )
        return self.id

    @property
    def recipe(self) -> Recipe:
        """What was asked.

        Raises:
            RunError: the recipe is missing, damaged or from a newer MedApp.
        """
        try:
            return _read_recipe((self.folder / "recipe.json").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, RecipeError) as error:
            reason = (
                str(error)
                if isinstance(error, RecipeError)
                else f"recipe.json is damaged: {error}. Put it back, or delete the run."
            )
            raise RunError(f"Run {self.name} cannot be used. {reason}") from error

    @property
    def model_path(self) -> Path:
        return self.folder / "model.safetensors"

    @property
    def checkpoint_path(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def has_model(self) -> bool:
        """A best epoch was reached, so the run can predict."""
        return self.model_path.is_file()

    def load_events(self, offset: int = 0) -> tuple[list[Event], int]:
        """The events from a byte offset on, and the offset to go on from.

        A line under way is left for the next look.
        """
        path = self.folder / "events.jsonl"
        if not path.exists():
            return [], 0
        content = read_from(path, offset)
        whole = content[: content.rfind(b"\n") + 1]
        read = (read_event(line) for line in whole.split(b"\n"))
        return [event for event in read if event is not None], offset + len(whole)

    @property
    def events(self) -> list[Event]:
        """All that happened, with the steps that were taken twice (after a crash) only once."""
        return merge_events(self.load_events()[0])

    @property
    def state(self) -> str:
        """queued, preparing, training, evaluating, done, stopped, failed, or interrupted (its
        process has vanished).
        """
        said = self.last_state["state"]
        return "interrupted" if said in ACTIVE and not self.is_locked() else str(said)

    @property
    def last_state(self) -> Event:
        """The last event of kind "state"."""
        path = self.folder / "events.jsonl"
        size = path.stat().st_size if path.exists() else 0
        # The state of a run that has ended stands near the end of its events: a million steps need
        # not be read for it.
        for tail in (1 << 14, size):
            for line in reversed(read_tail(path, size, tail)):
                event = read_event(line) if b'"state"' in line else None
                if event is not None and event["kind"] == "state":
                    return event
        return {"kind": "state", "state": "queued", "time": 0.0}

    @property
    def seconds(self) -> float:
        """Of work, over all sittings that have ended; the start-up of the processes is left out."""
        total, begun = 0.0, None
        for event in self.load_events()[0]:
            if event["kind"] == "ready":
                begun = event["time"]
            elif event["kind"] == "state" and event["state"] not in ACTIVE and begun is not None:
                total, begun = total + event["time"] - begun, None
        return round(total, 3)

    def is_locked(self) -> bool:
        """A living process works on the run."""
        lock = filelock.FileLock(self.folder / "lock")
        try:
            with lock.acquire(timeout=0):
                return False
        except filelock.Timeout:
            return True
        except OSError:  # the folder is somebody else's: what its events say is believed
            return True

    def lock(self) -> filelock.BaseFileLock:
        """Hold the run for this process.

        Raises:
            RunError: another process works on it.
        """
        lock = filelock.FileLock(self.folder / "lock")
        try:
            lock.acquire(timeout=1)  # somebody may just be asking whether it is held
        except filelock.Timeout:
            raise RunError(
                f"Another process works on run {self.name}. Wait for it, or stop it first."
            ) from None
        except OSError as error:
            raise _say_unchanged(self.folder, error) from error
        return lock

    def append_event(self, kind: str, **values: Any) -> Event:
        """Write what happened at the end of `events.jsonl`.

        Only the process that holds the run's lock may, or its creator.
        """
        event = {"time": round(time.time(), 3), "kind": kind, **values}
        path = self.folder / "events.jsonl"
        try:
            with path.open("ab+") as file:
                if file.tell() and not ends_with_newline(path):
                    file.write(b"\n")  # the line before was cut off by a crash
                file.write(json.dumps(event, ensure_ascii=False, allow_nan=True).encode() + b"\n")
        except OSError as error:
            raise WorkspaceError(
                f"{path} could not be written: {error.strerror}. Free some space, then resume the"
                " run."
            ) from error
        return event

    def request_stop(self) -> None:
        """Ask whoever works on the run to stop; a run that nobody works on is stopped at once."""
        with _in_words(self.folder):
            (self.folder / "stop").touch()
        if self.state in ("queued", "interrupted"):
            with self.lock():
                self.append_event(
                    "state",
                    state="stopped",
                    reason="Stopped before it began." if self.state == "queued" else "Stopped.",
                )
            self.clear_stop()

    def is_stop_requested(self) -> bool:
        return (self.folder / "stop").exists()

    def clear_stop(self) -> None:
        with _in_words(self.folder / "stop"):
            (self.folder / "stop").unlink(missing_ok=True)

    def request_resume(self) -> None:
        """Queue a stopped, failed or interrupted run again; it goes on from its checkpoint.

        Raises:
            RunError: the run is done, or under way.
        """
        state = self.state
        if state not in ("stopped", "failed", "interrupted"):
            raise RunError(
                f"Run {self.name} is {state} and cannot be resumed. Start a new run, or start one"
                " from this run's model."
            )
        with self.lock():
            self.clear_stop()
            self.append_event("state", state="queued", reason="resumed")

    def load_evaluation(self) -> dict[str, Any] | None:
        """The figures on the test part, or None where there are none yet.

        Raises:
            RunError: the file is damaged.
        """
        path = self.folder / "evaluation.json"
        if not path.exists():
            return None
        try:
            figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _check_figures(figures)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise RunError(
                f"The figures of run {self.name} are damaged. Make them again with: medapp evaluate"
                f" {self.id}"
            ) from error
        return figures

    def find_damage(self) -> str | None:
        """Why the run cannot be shown with the others, in words; None where nothing is wrong."""
        try:
            _ = self.recipe, self.load_evaluation(), self.last_state
        except (RunError, WorkspaceError) as error:
            return str(error)
        return None

    @property
    def log(self) -> str:
        """What the worker printed."""
        path = self.folder / "log.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def rename(self, name: str) -> None:
        """Call the run something else.

        Raises:
            RunError: the name is empty, too long, or taken.
        """
        _check_name(name, [run for run in _list_folder(self.folder.parent) if run.id != self.id])
        write_bytes(self.folder / "name.txt", name.encode())

    def delete(self) -> None:
        """Remove the run's folder with all that is in it.

        Raises:
            RunError: the run is under way.
        """
        if os.access(self.folder, os.W_OK) and self.is_locked():
            raise RunError(f"Run {self.name} is under way. Stop it first.")
        with _in_words(self.folder):
            shutil.rmtree(self.folder)


@functools.lru_cache(1000)
def _read_recipe(text: str) -> Recipe:
    """A recipe never changes, and a page asks for those of all runs."""
    return Recipe.from_json(text)


def _check_figures(figures: dict[str, Any]) -> None:
    """Raises ValueError, TypeError or KeyError where they are not what an evaluation gives."""
    evaluation = Evaluation.from_dict(figures)
    ends = [end for name in METRICS for end in evaluation.intervals[name] or ()]
    numbers = [
        figures["n"],
        *ends,
        *(figures[name] for name in METRICS if figures[name] is not None),
    ]
    if not all(isinstance(number, (int, float)) for number in numbers) or not isinstance(
        figures["dataset"], str
    ):
        raise ValueError("a figure is no number")


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _say_unchanged(path, error) from error


def _say_unchanged(path: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{path} could not be changed: {error.strerror or error}. Check the permissions and the"
        " space left."
    )


def _list_folder(folder: Path) -> list[Run]:
    try:
        found = (
            [Run(path) for path in folder.iterdir() if (path / "recipe.json").exists()]
            if folder.is_dir()
            else []
        )
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be read: {error.strerror}. Check the permissions."
        ) from error
    return sorted(found, key=lambda run: run.id, reverse=True)


def _check_name(name: str, others: list[Run]) -> None:
    if not name.strip() or len(name) > 100 or "\n" in name:
        raise RunError("A run's name has 1 to 100 characters on one line. Choose another.")
    if name in {run.name for run in others} | {run.id for run in others}:
        raise RunError(f"There is already a run called {name}. Choose another name.")


def list_runs(workspace: Workspace) -> list[Run]:
    """The runs, newest first; without those that `list_damaged` gives, so that one damaged file
    stops nothing else.
    """
    return [run for run in _list_folder(workspace.runs_folder) if run.find_damage() is None]


def list_damaged(workspace: Workspace) -> list[tuple[Run, str]]:
    """Runs whose recipe or figures cannot be read, newest first, each with the reason and what to
    do.
    """
    return [
        (run, reason)
        for run in _list_folder(workspace.runs_folder)
        if (reason := run.find_damage()) is not None
    ]


def find_run(workspace: Workspace, name: str) -> Run:
    """The run with this id or name, also a damaged one.

    Raises:
        RunError: there is none.
    """
    runs = _list_folder(workspace.runs_folder)
    for run in runs:
        if name in (run.id, run.name):
            return run
    known = ", ".join(run.name for run in runs[:5]) or "none yet"
    raise RunError(f"There is no run {name!r}. Runs: {known}.")


def create_run(workspace: Workspace, recipe: Recipe, name: str | None = None) -> Run:
    """Make a run's folder with its recipe; it waits in the queue.

    Raises:
        RunError: the name is taken or not usable.
    """
    runs = _list_folder(workspace.runs_folder)
    if name is not None:
        _check_name(name, runs)
    folder = make_folder(workspace)
    write_bytes(folder / "name.txt", (name or _suggest_name(recipe, runs)).encode())
    run = Run(folder)
    run.append_event("state", state="queued")
    write_bytes(
        folder / "recipe.json", resolve_source(workspace, recipe).to_json().encode()
    )  # last: from here on it is a run
    return run


def resolve_source(workspace: Workspace, recipe: Recipe) -> Recipe:
    """The recipe with its source as the worker will find it: a run by its id, a file by its
    absolute path.
    """
    for run in list_runs(workspace):
        if recipe.source.removeprefix("run:") in (run.id, run.name):
            return replace(recipe, source=f"run:{run.id}")
    path = expand_path(recipe.source)
    # Path.is_file raises for a name that is too long
    is_file = bool(path.suffix) and os.path.isfile(path)  # noqa: PTH113
    return replace(recipe, source=str(path)) if is_file else recipe


def make_folder(workspace: Workspace) -> Path:
    """A new, empty run folder, named by the time."""
    for number in range(1, 1000):
        folder = workspace.runs_folder / f"{datetime.datetime.now():%Y%m%d-%H%M%S}-{number:03d}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise WorkspaceError(
                f"{folder} cannot be made: {error.strerror}. Free some space or check the"
                " permissions."
            ) from error
        return folder
    raise WorkspaceError("A thousand runs were started within one second. Wait a moment.")


def _suggest_name(recipe: Recipe, runs: list[Run]) -> str:
    base = f"{STRATEGIES[recipe.strategy].title} on {recipe.dataset}"
    taken = [run.name for run in runs]
    numbers = [
        int(m[1] or 1)
        for name in taken
        if (m := re.fullmatch(re.escape(base) + r"(?: (\d+))?", name))
    ]
    return f"{base} {max(numbers) + 1}" if numbers else base


@contextlib.contextmanager
def hold_machine(workspace: Workspace) -> Iterator[bool]:
    """Only one run trains at a time in a workspace. Gives False where another one does."""
    lock = filelock.FileLock(workspace.runs_folder / "machine.lock")
    try:
        lock.acquire(timeout=0.2)
    except filelock.Timeout:
        yield False
        return
    except OSError as error:
        raise _say_unchanged(workspace.runs_folder, error) from error
    try:
        yield True
    finally:
        lock.release()
