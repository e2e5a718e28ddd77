"""A job of this server on a page: how far it is, and Stop."""

from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

import streamlit as st

from medapp.runs.progress import format_seconds
from medapp.store.job import Job, Tell
from medapp.ui.shell.frame import escape

K = TypeVar("K")
Work = Callable[[Tell], Any]
TICK_SECONDS = 0.5


def describe_job(job: Job[Any], beginning: str, of: str = "") -> str:
    """The step under way, how much of it is done, and the time left.

    Args:
        beginning: what is said before the first step has told its name.
        of: what the time left is of, such as " of this step".
    """
    facts = [job.title or beginning]
    if job.total:
        facts.append(f"{job.done:,} of {job.total:,}")
    if job.seconds_left is not None:
        facts.append(f"{format_seconds(job.seconds_left)} left{of}")
    return " · ".join(facts)


def draw_under_way(job: Job[Any] | None, draw: Callable[..., None], *given: Any) -> bool:
    """Draw a job that is running, again and again, or why it ended; says whether it is running.

    Args:
        draw, given: what draws how far the job is, and what that is called with.
    """
    if job is not None and job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(draw)(*given)
        return True
    if job is not None and job.error:
        st.error(escape(job.error), icon=":material/error:")
    return False


def begin_job(jobs: MutableMapping[K, Job[Any]], key: K, name: str, work: Work) -> None:
    """Begin work under a name, and draw the whole page again."""
    jobs[key] = job = Job(name, work)
    job.start()
    st.rerun()


def draw_progress(
    jobs: MutableMapping[K, Job[Any]],
    key: K,
    beginning: str,
    stop_key: str,
    note: str,
    of: str = "",
) -> None:
    """Draw how far a job is; let go of one that has ended, and draw the whole page again.

    A job that ended with an error stays, so that the page can say which.

    Args:
        beginning, of: see `describe_job`.
        stop_key: of the button that stops the job.
        note: stands below the bar.
    """
    job = jobs[key]
    if job.state != "running":
        if not job.error:
            jobs.pop(key)
        # The polling ends, and the answer is shown.
        st.rerun()
    draw_bar(job, describe_job(job, beginning, of), stop_key)
    st.caption(escape(note))


def draw_bar(job: Job[Any], said: str, key: str, can_stop: bool = True) -> None:
    """Draw a job's bar and the button that stops the job.

    Args:
        said: how far the job is, in words.
        key: of the button.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(min(1.0, job.done / max(1, job.total)), escape(said))
        if st.button("Stop", icon=":material/stop:", key=key, disabled=not can_stop):
            job.stop()
