"""A run is a folder: what was asked, who was in which split, what happened, what came out.

The folder can be copied, zipped and read by hand.

    recipe.json          what was asked; never changed
    name.txt             what people call the run
    split.parquet        each sample with its split and content hash
    split-1.parquet …    the same of further data sets, if it learned from several
    seen.parquet         the images that earlier runs learned from, if it started from one
    events.jsonl         what happened, appended by whoever holds the lock
    checkpoint.pt        where the training stands
    model.safetensors    the weights of the best epoch
    evaluation.json      the figures on the test split
    predictions.parquet  the probabilities behind them
    robustness.json      what attacks made of them, where somebody asked
    stress.json          what ordinary faults made of them, where somebody asked
    model-1.safetensors, evaluation-1.json …  the same of a further head (`runs/heads.py`)
    log.txt              what the worker printed
    lock                 held by the process that works on the run
    stop                 its presence asks the worker to stop; may say why
    engine               its presence says that another engine begins the run, and which

A run's state is what its events say; nothing else stores it.
"""

import contextlib
import dataclasses
import functools
import json
import os
import shutil
import time
from pathlib import Path

import filelock

from medapp.errors import RecipeError, Remedy, RunError, WorkspaceError
from medapp.evaluation.evaluation import Evaluation
from medapp.models.class_names import read_classes
from medapp.runs.events import (
    ACTIVE,
    Event,
    PlanMade,
    StateChanged,
    TestRead,
    ends_with_newline,
    merge_events,
    read_event,
    read_from,
    read_tail,
)
from medapp.runs.learning import count_seconds
from medapp.runs.locks import in_words, is_run_locked, lock_run, note_change
from medapp.store.files import write_bytes
from medapp.training.recipe import DataChoice, Machine, Recipe, read_settings

FINAL = ("done", "stopped", "failed")
STOPPED = "Stopped on request."
HIDDEN = ".new-"  # begins the names of folders that are no runs yet, or no longer
TAIL_BYTES = 1 << 14  # the end of the events, where the state of a run that has ended stands


def name_part(name: str, domain: int) -> str:
    """A file of a run for the data set in this place, such as "split-1.parquet" for 1."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{domain}.{suffix}" if domain else name


class Run:
    """One run, read from its folder at each question, so that every process sees the same.

    A run that learned several labelled data sets has a head for each. Model, figures and test split
    are those of one of them.

    Args:
        domain: the place of the head's data set among those that are learned from.
    """

    def __init__(self, folder: Path, domain: int = 0) -> None:
        self.folder = folder
        self.domain = domain

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
        # Where the file is missing or may not be read, the id is the name.
        with contextlib.suppress(OSError):
            words = path.read_text(encoding="utf-8", errors="replace").split()
            return " ".join(words)[:100] or self.id
        return self.id

    @property
    def recipe(self) -> Recipe:
        """What was asked.

        Raises:
            RunError: the recipe is missing, damaged or from a newer MedApp.
        """
        return self._read_settings()[0]

    @property
    def machine(self) -> Machine:
        """Where and how the run computes.

        Raises:
            RunError: as `recipe`.
        """
        return self._read_settings()[1]

    def _read_settings(self) -> tuple[Recipe, Machine]:
        try:
            return _read_settings((self.folder / "recipe.json").read_text(encoding="utf-8"))
        except RecipeError as error:
            raise RunError(
                f"Run {self.name} cannot be used. {error.what}", remedy=error.remedy
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(
                f"Run {self.name} cannot be used. recipe.json is damaged: {error}.",
                remedy="Put it back, or delete the run.",
            ) from error

    def find_part(self, name: str) -> Path:
        """Where the head's own file of this name lies, or would lie."""
        return self.folder / name_part(name, self.domain)

    @property
    def home(self) -> DataChoice:
        """The data set whose question the head answers."""
        return self.recipe.data.learned[self.domain]

    @property
    def model_path(self) -> Path:
        """The weights of the best epoch."""
        return self.find_part("model.safetensors")

    @property
    def checkpoint_path(self) -> Path:
        """Where the training stands."""
        return self.folder / "checkpoint.pt"

    @property
    def has_model(self) -> bool:
        """Whether the run can predict: its first epoch has been finished."""
        return self.model_path.is_file()

    def require_model(self) -> Path:
        """The file of a model that can predict.

        Raises:
            RunError: the run has none yet.
        """
        if not self.has_model:
            raise RunError(
                f"Run {self.name} has no model yet: it is {self.state}.",
                remedy="Wait for its first epoch, or resume it.",
            )
        return self.model_path

    def load_events(self, offset: int = 0) -> tuple[list[Event], int]:
        """The events from a byte offset on, and the offset to go on from.

        A line that is still being written is left for the next call.
        """
        path = self.folder / "events.jsonl"
        if not path.exists():
            return [], 0
        content = read_from(path, offset)
        whole = content[: content.rfind(b"\n") + 1]
        read = (read_event(line) for line in whole.split(b"\n"))
        return [event for event in read if event is not None], offset + len(whole)

    def list_events(self) -> list[Event]:
        """All events; a step that was taken again after a crash is there only once."""
        return merge_events(self.load_events()[0])

    @property
    def state(self) -> str:
        """One of queued, preparing, training, evaluating, done, stopped, failed, interrupted.

        A run is interrupted when its process has vanished.
        """
        said = self.find_last_state().state
        return "interrupted" if said in ACTIVE and not self.is_locked() else said

    def find_last_state(self) -> StateChanged:
        """The last event that changed the state."""
        path = self.folder / "events.jsonl"
        size = path.stat().st_size if path.exists() else 0
        # The state of a run that has ended stands near the end of its events, so that a million
        # steps need not be read.
        for tail in (TAIL_BYTES, size):
            for line in reversed(read_tail(path, size, tail)):
                event = read_event(line) if b'"state"' in line else None
                if isinstance(event, StateChanged):
                    return event
        return StateChanged(state="queued")

    def count_seconds(self) -> float:
        """Seconds of work, over all sittings that have ended, without the start of processes."""
        return count_seconds(self.load_events()[0])

    def find_classes(self) -> tuple[str, ...]:
        """The classes that the head tells, in the order of its probabilities."""
        if self.domain:
            return read_classes(self.model_path) if self.has_model else ()
        plans = (event for event in self.load_events()[0] if isinstance(event, PlanMade))
        plan = next(plans, None)
        return tuple(plan.classes) if plan else ()

    def is_locked(self) -> bool:
        """Whether a living process works on the run."""
        return is_run_locked(self.folder)

    def lock(self) -> filelock.BaseFileLock:
        """Hold the run for this process, as a context manager.

        Raises:
            RunError: another process works on the run.
        """
        return lock_run(self.folder, self.name)

    def append_event(self, event: Event) -> Event:
        """Write what happened at the end of `events.jsonl`, with the time.

        Only the process that holds the run's lock may call this, or the one that makes the run.

        Raises:
            WorkspaceError: the disk is full, or may not be written.
        """
        written = dataclasses.replace(event, time=round(time.time(), 3))
        path = self.folder / "events.jsonl"
        line = json.dumps(written.to_dict(), ensure_ascii=False, allow_nan=True).encode() + b"\n"
        try:
            with path.open("ab+") as file:
                # A crash may have cut off the line before.
                if file.tell() and not ends_with_newline(path):
                    file.write(b"\n")
                file.write(line)
        except OSError as error:
            raise WorkspaceError(
                f"{path} could not be written: {error.strerror}.",
                remedy="Free some space, then resume the run.",
            ) from error
        if isinstance(event, StateChanged | TestRead):
            note_change(self.folder.parent)
        return written

    def set_state(self, state: str, reason: str | None = None) -> None:
        """Write an event that says the run's new state; see `append_event` for who may."""
        self.append_event(StateChanged(state=state, reason=reason))

    def request_stop(self, reason: str = "") -> None:
        """Ask the worker to stop; a run that no process works on is stopped at once.

        Args:
            reason: why, in words, where no person asks.
        """
        with in_words(self.folder), (self.folder / "stop").open("w", encoding="utf-8") as file:
            file.write(reason)
        state = self.state
        if state in ("queued", "interrupted"):
            said = "Stopped before it began." if state == "queued" else "Stopped."
            with self.lock():
                self.set_state("stopped", reason or said)
            self.clear_stop()

    def is_stop_requested(self) -> bool:
        """Whether somebody has asked the worker to stop."""
        return (self.folder / "stop").exists()

    def read_stop(self) -> str:
        """Why somebody has asked the worker to stop, in words."""
        # The file may be taken away meanwhile, or lie on a disk that is gone.
        with contextlib.suppress(OSError):
            return (self.folder / "stop").read_text(encoding="utf-8") or STOPPED
        return STOPPED

    def clear_stop(self) -> None:
        """Take a request to stop back."""
        with in_words(self.folder / "stop"):
            (self.folder / "stop").unlink(missing_ok=True)

    def hand_over(self, engine: str) -> None:
        """Leave it to an engine, such as a cluster's queue, to begin the run.

        Args:
            engine: what people call it.
        """
        write_bytes(self.folder / "engine", engine.encode())

    @property
    def is_handed_over(self) -> bool:
        """Whether another engine begins the run: the app's own queue passes it over."""
        return (self.folder / "engine").exists()

    def request_resume(self) -> None:
        """Queue a stopped, failed or interrupted run again; it goes on from its checkpoint.

        One that was handed over is taken back.

        Raises:
            RunError: the run is done, or under way.
        """
        state = self.state
        if state == "queued" and self.is_handed_over:
            self._take_back()
            return
        if state not in ("stopped", "failed", "interrupted"):
            raise RunError(
                f"Run {self.name} is {state} and cannot be resumed.",
                remedy="Start a new run, or start one from this run's model.",
            )
        with self.lock():
            self.clear_stop()
            self._take_back()
            self.set_state("queued", "resumed")

    def _take_back(self) -> None:
        with in_words(self.folder / "engine"):
            (self.folder / "engine").unlink(missing_ok=True)

    def load_evaluation(self) -> Evaluation | None:
        """The figures on the test split, or None where there are none yet.

        Raises:
            RunError: the file is damaged.
        """
        path = self.find_part("evaluation.json")
        if not path.exists():
            return None
        try:
            evaluation = Evaluation.from_dict(json.loads(path.read_text(encoding="utf-8")))
            evaluation.check()
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise RunError(
                f"The figures of run {self.name} are damaged.",
                remedy=Remedy(
                    "Train again with the same settings; a shell can make the figures alone again.",
                    f"Make them again with: medapp evaluate {self.id}",
                ),
            ) from error
        return evaluation

    def find_damage(self) -> str | None:
        """Why the run cannot be shown with the others, in words; None where nothing is wrong."""
        try:
            _ = self.recipe, self.load_evaluation(), self.find_last_state()
        except (RunError, WorkspaceError) as error:
            return str(error)
        return None

    def read_log(self) -> str:
        """What the worker printed."""
        path = self.folder / "log.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def write_name(self, name: str) -> None:
        """Write the run's name, unchecked; `making.rename_run` checks it first."""
        write_bytes(self.folder / "name.txt", name.encode())
        note_change(self.folder.parent)

    def delete(self) -> None:
        """Remove the run's folder with all that is in it.

        Raises:
            RunError: the run is under way.
        """
        if os.access(self.folder, os.W_OK) and self.is_locked():
            raise RunError(f"Run {self.name} is under way.", remedy="Stop it first.")
        # Another process that sweeps what was left (drafts.py) may be quicker.
        with in_words(self.folder), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._hide())
        note_change(self.folder.parent)

    def _hide(self) -> Path:
        """Rename the folder, so that nobody meets half a run; gives where it is now.

        The run is held meanwhile: a worker that begins at this moment finds no run.
        """
        if not os.access(self.folder, os.W_OK):
            return self.folder
        with self.lock():
            return self.folder.rename(self.folder.with_name(f"{HIDDEN}{os.urandom(8).hex()}"))


@functools.lru_cache(1000)
def _read_settings(text: str) -> tuple[Recipe, Machine]:
    """Keep what was read: a recipe never changes, and a page asks for those of all runs."""
    return read_settings(text)
