"""What one server process holds: the workspace, the supervisor, one reader of each run's events.

Pages ask here and nowhere else.
"""

import atexit
import contextlib
import functools
import gc
import logging
import threading
import time
from functools import partial

import streamlit as st

from medapp.data.catalog import Catalog
from medapp.runs.progress import Follower
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.runs.supervisor import Supervisor
from medapp.store.plain import PlainFormatter
from medapp.store.uploads import Uploads
from medapp.store.workspace import Workspace, find_workspace
from medapp.studies.budget import find_objection

FORGET_SECONDS = 600  # between two looks for uploads whose time is over


# Never change this function's body: Streamlit would start a second supervisor beside the first.
@st.cache_resource(show_spinner=False)
def start() -> Supervisor:
    return start_supervisor()


def start_supervisor() -> Supervisor:
    """Make the supervisor of this server and let it run."""
    log_to_terminal()
    workspace = find_workspace()
    supervisor = Supervisor(workspace, find_objection=partial(find_objection, workspace))
    supervisor.start()
    return supervisor


@functools.cache
def log_to_terminal() -> None:
    """Write what goes wrong behind the pages to the terminal where the server was started."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("medapp: %(message)s"))
    logging.getLogger("medapp").addHandler(handler)


def find_catalog() -> Catalog:
    """The workspace's data sets."""
    return Catalog(open_workspace())


@st.cache_resource(show_spinner=False)
def open_workspace() -> Workspace:
    """The workspace of this server."""
    return find_workspace()


@st.cache_resource(show_spinner=False)
def hold_uploads() -> Uploads:
    """The uploads of this server.

    They are forgotten when their time is over, and when the server ends (ui/shell/listening.py).
    """
    uploads = Uploads(open_workspace())
    threading.Thread(target=_forget_old, args=(uploads,), name="uploads", daemon=True).start()
    return uploads


def _forget_old(uploads: Uploads) -> None:
    while True:
        time.sleep(FORGET_SECONDS)
        with contextlib.suppress(OSError):
            uploads.forget_old(time.time())


def list_summaries() -> list[Summary]:
    """The runs of the workspace, newest first, damaged ones among them."""
    return find_registry(open_workspace()).list_summaries()


def open_run(id: str, domain: int = 0) -> Run:
    """The run of an id that a summary named, with one of its heads."""
    return Run(open_workspace().runs_folder / id, domain)


def follow_run(run: Run) -> Follower:
    """The one reader of a run's events for all who watch the run."""
    return _follow_run(run.id, run)


@st.cache_resource(max_entries=20, show_spinner=False)
def _follow_run(run_id: str, _run: Run) -> Follower:
    return Follower(_run)


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Import torch in the background. Call this once the first page is out.

    Imported before that, torch would hold the page up for three seconds.
    """
    thread = threading.Thread(target=_import_torch, name="warm-up", daemon=True)
    thread.start()
    return thread


def _import_torch() -> None:
    import medapp.explanation.explain
    import medapp.prediction.files  # noqa: F401

    gc.collect()
    # Streamlit collects after each rerun: torch's million objects, which never go, are left out.
    gc.freeze()
    # Libraries that count their objects at the end would take frozen ones for leaks.
    atexit.register(gc.unfreeze)
