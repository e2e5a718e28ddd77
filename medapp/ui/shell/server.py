"""What one server process holds: the workspace, and the supervisor that trains in the background.

Pages ask here and nowhere else.
"""

import atexit
import gc
import threading

import streamlit as st

from medapp.data.catalog import Catalog
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace, find_workspace


@st.cache_resource(show_spinner=False)
def start() -> (
    Supervisor
):  # never change this body: Streamlit would start a second supervisor beside the first
    return start_supervisor()


def start_supervisor() -> Supervisor:
    """One supervisor a server, running."""
    supervisor = Supervisor(find_workspace())
    supervisor.start()
    return supervisor


def find_catalog() -> Catalog:
    """The workspace's data sets."""
    return Catalog(open_workspace())


@st.cache_resource(show_spinner=False)
def open_workspace() -> Workspace:
    """The workspace of this server."""
    return find_workspace()


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Import torch in the background once the first page is out: imported before it, it would cost
    three seconds.
    """
    thread = threading.Thread(target=_import_torch, name="warm-up", daemon=True)
    thread.start()
    return thread


def _import_torch() -> None:
    import medapp.explanation.explain
    import medapp.prediction.files  # noqa: F401

    gc.collect()
    # Streamlit collects after each rerun; a million objects of torch's, which never go, need not be
    # looked at each time
    gc.freeze()
    atexit.register(
        gc.unfreeze
    )  # else libraries that count their objects at the end take them for leaks
