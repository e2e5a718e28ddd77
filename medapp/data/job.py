"""An import in a thread of its own.

A job goes on when nobody looks, and can be stopped; what it has read is remembered, so that the
next start goes on from there (see `medapp.data.remembering`). Jobs are kept in memory.
"""

import threading
import time
from collections.abc import Callable

from medapp.data.batch import ImportReport
from medapp.errors import MedAppError
from medapp.store.threads import OnProgress


class _StopError(Exception):
    """The job was asked to stop."""


class ImportJob:
    """Brings images in.

    Args:
        name: of what comes in, for those who look.
        work: the import; calls what it is given with how many files are done and how many there
            are.

    Attributes:
        done, total: files that were read, and all; 0 before the first is.
        report: what became of the import, once it is done.
        error: why it came to an end, in words.
    """

    def __init__(self, name: str, work: Callable[[OnProgress], ImportReport]) -> None:
        self.name = name
        self.done = 0
        self.total = 0
        self.report: ImportReport | None = None
        self.error = ""
        self._work = work
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._first = (0, 0.0)
        self._now = 0.0

    @property
    def state(self) -> str:
        """ "running", "done", "stopped" or "failed"."""
        if not self._ended.is_set():
            return "running"
        if self.report is not None:
            return "done"
        return "stopped" if self._asked.is_set() else "failed"

    @property
    def files_per_second(self) -> float | None:
        """The pace since the work under way began; None before the first file."""
        files = self.done - self._first[0]
        seconds = self._now - self._first[1]
        return files / seconds if files > 0 and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What the other files take at this pace; None before the first file."""
        pace = self.files_per_second
        return (self.total - self.done) / pace if pace else None

    def start(self) -> None:
        """Begin, or go on after a stop. A job that is running or done is left alone."""
        if self.state in ("running", "done"):
            return
        self._asked.clear()
        self._ended.clear()
        self.error = ""
        self.done = 0
        self.total = 0
        self._first = (0, time.monotonic())
        threading.Thread(target=self._run, name="import-job", daemon=True).start()

    def stop(self) -> None:
        """Ask the job to stop after the files under way."""
        self._asked.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the job has ended, at most so long; says whether it has."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        self.error = "The import ended by a fault of MedApp; the terminal says more."
        try:
            self.report = self._work(self._tell)
            self.error = ""
        except _StopError:
            self.error = ""
        except MedAppError as error:
            self.error = str(error)
        finally:
            self._ended.set()

    def _tell(self, done: int, total: int) -> None:
        self._now = time.monotonic()
        # A second piece of work begins, such as reading what was unpacked.
        if done < self.done:
            self._first = (done, self._now)
        self.done = done
        self.total = total
        if self._asked.is_set() and done < total:
            raise _StopError
