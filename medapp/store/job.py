"""One piece of work in a thread of its own.

A job goes on when nobody looks, tells how far it is, and can be stopped. Jobs are kept in memory.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from medapp.errors import MedAppError

Result = TypeVar("Result")

LOG = logging.getLogger(__name__)
# The time left is said when so much of a step's time has passed.
SETTLED_SECONDS = 1.0
# Called with the title of the step, how many of its files are done, and how many there are.
Tell = Callable[[str, int, int], None]


class _StopError(Exception):
    """The job was asked to stop."""


class Job(Generic[Result]):
    """Work under way, or its end. Made by a page and asked by all of them.

    Args:
        name: of the work, for those who look, such as "audit" or a folder's name.
        work: what is done; calls what it is given as it goes on, and gives the result.

    Attributes:
        title: the step under way, as the work calls it.
        done, total: files of that step that are done, and all; 0 before the first is.
        result: what the work gave, once it is done.
        error: why it came to an end, in words; empty where it did not, or was stopped.
    """

    def __init__(self, name: str, work: Callable[[Tell], Result]) -> None:
        self.name = name
        self.title = ""
        self.done = 0
        self.total = 0
        self.result: Result | None = None
        self.error = ""
        self._work = work
        self._is_done = False
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._first = (0, 0.0)
        self._now = 0.0

    @property
    def state(self) -> str:
        """ "running", "done", "failed" or, also before the first start, "stopped"."""
        if not self._ended.is_set():
            return "running"
        if self._is_done:
            return "done"
        return "failed" if self.error else "stopped"

    @property
    def files_per_second(self) -> float | None:
        """The pace since the step under way began; None before its first file."""
        files = self.done - self._first[0]
        seconds = self._now - self._first[1]
        return files / seconds if files > 0 and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What the other files of the step take at this pace; None where that cannot be told."""
        pace = self.files_per_second
        if pace is None or self._now - self._first[1] < SETTLED_SECONDS:
            return None
        return (self.total - self.done) / pace

    def start(self) -> None:
        """Begin, or go on after a stop. A job that is running or done is left alone."""
        if self.state in ("running", "done"):
            return
        self._asked.clear()
        self._ended.clear()
        self.error = ""
        self.title = ""
        self.done = 0
        self.total = 0
        self._first = (0, time.monotonic())
        threading.Thread(target=self._run, name="job", daemon=True).start()

    def stop(self) -> None:
        """Ask the job to stop after the files under way; a step that is read to its end is kept."""
        self._asked.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the job has ended, at most so long; says whether it has."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            self.result = self._work(self._tell)
            self._is_done = True
        except _StopError:
            return
        except MedAppError as error:
            self.error = str(error)
        except Exception:
            self.error = f"A fault of MedApp ended this work: {self.name}. The terminal says more."
            LOG.exception("This work failed: %s.", self.name)
        finally:
            self._ended.set()

    def _tell(self, title: str, done: int, total: int) -> None:
        self._now = time.monotonic()
        # Another step begins, which has a pace of its own.
        if title != self.title or done < self.done:
            self._first = (done if title == self.title else 0, self._now)
        self.title = title
        self.done = done
        self.total = total
        if self._asked.is_set() and done < total:
            raise _StopError
