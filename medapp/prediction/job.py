"""A job that predicts many files in a thread of its own.

A job goes on when nobody looks, can be stopped, and goes on from where it stopped. Jobs are kept in
memory. What this module does not know: models. A job is given a function from files to predictions,
so that nothing heavy is imported here.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from medapp.errors import MedAppError
from medapp.evaluation.familiarity import Familiar
from medapp.evaluation.locked import Locked
from medapp.notes import Note
from medapp.prediction.table import Row


class Predicted(Protocol):
    """What a job reads of a `medapp.prediction.files.Prediction`."""

    @property
    def file(self) -> Path: ...
    @property
    def label(self) -> str | None: ...
    @property
    def probabilities(self) -> dict[str, float]: ...
    @property
    def thresholds(self) -> dict[str, float]: ...
    @property
    def error(self) -> str | None: ...
    @property
    def notes(self) -> tuple[Note, ...]: ...
    @property
    def familiar(self) -> Familiar | None: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def sets(self) -> dict[float, tuple[str, ...]]: ...
    @property
    def locked(self) -> Locked | None: ...


def build_row(found: Predicted) -> Row:
    """A prediction as a row of the table."""
    return Row(
        found.file,
        found.label,
        found.probabilities,
        found.error,
        found.notes,
        found.thresholds,
        found.familiar,
        found.refusal,
        found.sets,
        found.locked,
    )


class PredictionJob:
    """Predicts files one after the other.

    Args:
        predict: gives a prediction for each file, in order; may load its model when it is first
            called.

    Attributes:
        remarks: what lies beside the files and is not predicted, in sentences.
        files: all that are to be predicted, in order.
        rows: what is done so far, in the same order; grows while the job is running.
        error: why the whole job came to an end before its last file, in words.
    """

    def __init__(
        self,
        files: Sequence[Path],
        predict: Callable[[Sequence[Path]], Iterator[Predicted]],
        remarks: Sequence[str] = (),
    ) -> None:
        self.remarks = tuple(remarks)
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
        """Seconds that the other files take, at the pace since the last start.

        None before the first file since then.
        """
        done = len(self.rows) - self._first
        if done <= 0:
            return None
        missing = len(self.files) - len(self.rows)
        return (self._now - self._began) / done * missing

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
        """Ask the job to stop after the batch under way; what is done stays."""
        self._asked.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the job has ended, at most so long; says whether it has."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        try:
            for found in self._predict(self.files[len(self.rows) :]):
                self.rows.append(build_row(found))
                self._now = time.monotonic()
                if self._asked.is_set():
                    break
        except MedAppError as error:
            self.error = str(error)
        finally:
            self._ended.set()
