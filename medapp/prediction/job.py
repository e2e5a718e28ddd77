"""Many files predicted in a thread of its own: it goes on when nobody looks, can be stopped, and
goes on from there. Kept in memory.

What it does not know: models. It is given a function from files to predictions, so that nothing
heavy is imported with it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from medapp.errors import MedAppError
from medapp.prediction.table import Row


class Predicted(Protocol):
    """What is kept of a `prediction.Prediction`."""

    @property
    def file(self) -> Path: ...
    @property
    def label(self) -> str | None: ...
    @property
    def probabilities(self) -> dict[str, float]: ...
    @property
    def error(self) -> str | None: ...


class PredictionJob:
    """Predicts files one after the other.

    Attributes:
        files: all that are to be predicted, in order.
        rows: what is done so far, in the same order; grows while the job is running.
        error: why the whole job came to an end before its last file, in words.
    """

    def __init__(
        self, files: Sequence[Path], predict: Callable[[Sequence[Path]], Iterator[Predicted]]
    ) -> None:
        """`predict` gives a prediction for each file, in order; it may load its model when it is
        first asked.
        """
        self.files = tuple(files)
        self.rows = list[Row]()
        self.error = ""
        self._predict = predict
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._began = 0.0
        self._first = 0
        self._now = 0.0

    @property
    def state(self) -> str:
        """ "running", "done", "stopped" or "failed"."""
        if not self._ended.is_set():
            return "running"
        if len(self.rows) == len(self.files):
            return "done"
        return "failed" if self.error else "stopped"

    @property
    def seconds_left(self) -> float | None:
        """At the pace since it was last started; None before its first file."""
        done = len(self.rows) - self._first
        return (
            (self._now - self._began) / done * (len(self.files) - len(self.rows))
            if done > 0
            else None
        )

    def start(self) -> None:
        """Begin, or go on after a stop. A job that is running or done is left alone."""
        if self.state in ("running", "done"):
            return
        self._asked.clear()
        self._ended.clear()
        self.error = ""
        self._first = len(self.rows)
        self._began = time.monotonic()
        threading.Thread(target=self._work, name="prediction-job", daemon=True).start()

    def stop(self) -> None:
        """Ask it to stop after the batch under way; what is done stays."""
        self._asked.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, at most so long; says whether it has."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        try:
            for found in self._predict(self.files[len(self.rows) :]):
                self.rows.append(Row(found.file, found.label, found.probabilities, found.error))
                self._now = time.monotonic()
                if self._asked.is_set():
                    break
        except MedAppError as error:
            self.error = str(error)
        finally:
            self._ended.set()
