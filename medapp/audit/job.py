"""An audit in a thread of its own: it goes on when nobody looks, and can be stopped."""

import logging
import threading
import time

from medapp.audit.audit import run_audit
from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.store.workspace import Workspace

LOG = logging.getLogger(__name__)
# The time left is said when so much of it has passed.
SETTLED_SECONDS = 1.0


class _StopError(Exception):
    """The audit was asked to stop."""


class AuditJob:
    """An audit under way, or its end. Made by a page and asked by all of them.

    Attributes:
        title: what is being done.
        done, total: how much of that, and how much there is of it.
        error: why it ended before its end, in words; empty where it did not, or was stopped.
    """

    def __init__(self, workspace: Workspace, data_set: DataSet, with_features: bool) -> None:
        self.title = "Reading the table"
        self.done = 0
        self.total = 0
        self.error = ""
        self._since = time.monotonic()
        self._is_stopped = threading.Event()
        arguments = (workspace, data_set, with_features)
        self._thread = threading.Thread(target=self._run, args=arguments, name="audit", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the audit is under way."""
        return self._thread.is_alive()

    @property
    def seconds_left(self) -> float | None:
        """How long the check under way will take at its pace; None where that cannot be told."""
        passed = time.monotonic() - self._since
        if passed < SETTLED_SECONDS or not self.done:
            return None
        return passed / self.done * (self.total - self.done)

    def stop(self) -> None:
        """Ask the audit to stop; what was read is kept for the next one."""
        self._is_stopped.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the audit has ended, at most so long."""
        self._thread.join(seconds)

    def _run(self, workspace: Workspace, data_set: DataSet, with_features: bool) -> None:
        try:
            run_audit(workspace, data_set, self._tell, with_features)
        except _StopError:
            return
        except MedAppError as error:
            self.error = str(error)
        except Exception:
            self.error = "The audit ended by a fault of MedApp; the terminal says more."
            LOG.exception("The audit of %s failed.", data_set.name)

    def _tell(self, title: str, done: int, total: int) -> None:
        if self._is_stopped.is_set():
            raise _StopError
        if (title, total) != (self.title, self.total):
            self._since = time.monotonic()
        self.title = title
        self.done = done
        self.total = total
