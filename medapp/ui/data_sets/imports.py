"""Imports of this server: how far each is, Stop, and what became of it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from medapp.data.importing.batch import ImportReport
from medapp.data.samples import DataSet
from medapp.runs.progress import format_seconds
from medapp.store.job import Job
from medapp.store.threads import OnProgress
from medapp.ui.shell.frame import DATA_SETS, escape
from medapp.ui.shell.jobs import TICK_SECONDS, draw_bar
from medapp.ui.shell.server import hold_uploads


@st.cache_resource(show_spinner=False)
def hold_imports() -> dict[Path, Job[ImportReport]]:
    """The imports of this server, by what they bring in."""
    return {}


def start_import(path: Path, name: str, work: Callable[[OnProgress], ImportReport]) -> None:
    """Begin to bring in what stands at a path; an import under way is left alone."""
    known = hold_imports().get(path)
    if known is None or known.state != "running":
        job = hold_imports()[path] = Job(
            name, lambda tell: work(lambda done, total: tell("", done, total))
        )
        job.start()


def draw_import(path: Path) -> ImportReport | None:
    """Draw the import of a path, if there is one; gives the report of one that is done.

    The import is known until `forget_imports`: a drawing of the page that leads on to what came in
    may be cut off by the next one, which then leads on again.
    """
    job = hold_imports().get(path)
    if job is None:
        return None
    if job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(job)
        return None
    if job.state == "done":
        return job.result
    _draw_end(path, job)
    return None


def forget_imports(data_set: DataSet) -> None:
    """Forget the imports that have ended with this data set, and what they had uploaded."""
    jobs = hold_imports()
    uploads = hold_uploads()
    for path, job in list(jobs.items()):
        if job.state == "done" and job.result and job.result.data_set.uid == data_set.uid:
            jobs.pop(path, None)
            if path.is_relative_to(uploads.folder):
                uploads.forget(path.parent)


def draw_imports() -> None:
    """Draw the way to each import that is under way."""
    for path, job in list(hold_imports().items()):
        if job.state == "running":
            label = escape(f"{job.name} comes in: {job.done:,} of {job.total:,} files")
            query = {"add": "folder", "path": str(path)}
            st.page_link(DATA_SETS, label=label, icon=":material/sync:", query_params=query)


def _draw_progress(job: Job[ImportReport]) -> None:
    if job.state != "running":
        # The whole page is drawn again: the polling ends, and what came in is opened.
        st.rerun()
    facts = [f"{job.done:,} of {job.total:,} files" if job.total else "listing the files"]
    if job.files_per_second:
        pace = job.files_per_second
        facts.append(f"{pace:,.0f} files/s" if pace >= 10 else f"{pace:.1f} files/s")
    is_read = job.total > 0 and job.done == job.total
    if is_read:
        facts.append("finding copies and splits")
    elif job.seconds_left is not None:
        facts.append(f"{format_seconds(job.seconds_left)} left")
    draw_bar(job, " · ".join(facts), "stop-import", can_stop=not is_read)
    st.caption("The import goes on when you leave this page; the way back stands on *Data sets*.")


def _draw_end(path: Path, job: Job[ImportReport]) -> None:
    """What is said of an import that was stopped or failed, and the ways on."""
    if job.error:
        st.error(escape(job.error), icon=":material/error:")
    else:
        st.info(
            f"Stopped after {job.done:,} of {job.total:,} files. Nothing was registered; files that"
            " were read in place are not read again.",
            icon=":material/pause_circle:",
        )
    with st.container(horizontal=True):
        if st.button("Go on", type="primary", icon=":material/play_arrow:", key="go-on-import"):
            job.start()
            st.rerun()
        if st.button("Change the choices", key="leave-import"):
            hold_imports().pop(path)
            st.rerun()
