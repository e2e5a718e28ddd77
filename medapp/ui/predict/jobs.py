"""Prediction jobs over many files: how far each is, and the way to the others of this server."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from medapp.prediction.job import PredictionJob
from medapp.prediction.table import Row
from medapp.runs.heads import name_head
from medapp.runs.progress import format_seconds
from medapp.runs.run import Run
from medapp.ui.predict.predicting import JobKey, hold_jobs, name_job
from medapp.ui.predict.table import draw_rows
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.frame import PREDICT, escape
from medapp.ui.shell.heads import ASKED, list_parameters
from medapp.ui.shell.server import hold_uploads, list_summaries, open_run

DATA_SET = "From a data set"
UPLOAD = "Upload"
FOLDER = "A folder on this machine"
WAYS = (DATA_SET, UPLOAD, FOLDER)


def draw_job(run: Run, folder: Path) -> None:
    """Draw the job that predicts a folder, if there is one: its progress, then its table."""
    job = hold_jobs().get(name_job(run, folder))
    if job is None:
        return
    if job.state == "running":
        st.fragment(run_every=1)(_draw_progress)(job)
    else:
        _draw_end(job)
        draw_rows(run, folder, job.rows)


def draw_jobs(shown: JobKey | None, has_ended: bool) -> None:
    """Draw the other jobs of this server and the way to each.

    Args:
        shown: the job that the page shows already.
        has_ended: draw those that have ended too.
    """
    known = {run.id for run in list_summaries()}
    for key, job in reversed(list(hold_jobs().items())):
        if key.folder.parent == hold_uploads().folder and not key.folder.exists():
            # Its time was over, or somebody forgot it in another tab.
            hold_jobs().pop(key).stop()
            continue
        if key == shown or key.run_id not in known or (job.state != "running" and not has_ended):
            continue
        if key.folder.parent == hold_uploads().folder:
            what = "an upload"
            way = {"from": UPLOAD, "upload": key.folder.name}
        else:
            what = str(key.folder)
            way = {"from": FOLDER, "folder": str(key.folder)}
        run = open_run(key.run_id, key.domain)
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"job-{'-'.join(map(str, key))}"
        ):
            draw_chip(job.state)
            where = {"by": run.id, **way, **list_parameters(run, ASKED)}
            label = escape(
                f"{len(job.rows):,} of {len(job.files):,} images of {what} by {name_head(run)}"
            )
            st.page_link(PREDICT, label=label, query_params=where)


def _draw_progress(job: PredictionJob) -> None:
    if job.state != "running":
        # The whole page is drawn again: the polling ends and the table appears.
        st.rerun()
    left = job.seconds_left
    pace = [
        f"{len(job.rows):,} of {len(job.files):,} images",
        f"{format_seconds(left)} left" if left is not None else "loading the model",
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(len(job.rows) / len(job.files), " · ".join(pace))
        if st.button("Stop", icon=":material/stop:", key="stop-predicting"):
            job.stop()
    st.caption(
        f"{count_predictions(job.rows[:])} The job goes on when you leave this page; come back by"
        " *Predict* or by this page's address."
    )


def _draw_end(job: PredictionJob) -> None:
    if job.error:
        st.error(escape(job.error), icon=":material/error:")
    if job.state != "done":
        waiting = len(job.files) - len(job.rows)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Stopped after {len(job.rows):,} of {len(job.files):,} images.")
            if st.button(
                f"Go on with the other {waiting:,}",
                icon=":material/play_arrow:",
                key="resume-predicting",
            ):
                job.start()
                st.rerun()
    for remark in job.remarks:
        st.caption(escape(remark))
    if len(job.files) > 1 and job.rows:
        st.caption(count_predictions(job.rows[:]))


def _list_found(row: Row) -> list[str]:
    """What an image counts for: its class, or each of its findings."""
    found = [name for name, is_there in row.found.items() if is_there]
    return found or [row.label or ""]


def count_predictions(rows: Sequence[Row]) -> str:
    """How many images are predicted as what; what shows nothing counts apart. For Markdown.

    Each image counts once: a blank one that is not answered is among those without an answer.
    """
    answered = [row for row in rows if row.label is not None]
    worthless = [row for row in answered if any(note.level == "grave" for note in row.notes)]
    counts = Counter(name for row in answered if row not in worthless for name in _list_found(row))
    found = [f"{count:,} {escape(label)}" for label, count in counts.most_common()]
    unread = sum(row.error is not None for row in rows)
    refused = sum(row.refusal is not None for row in rows)
    sentences = [f"Predicted: {', '.join(found)}."] if found else []
    if worthless:
        sentences.append(f"{len(worthless):,} with nothing on it to judge, not counted.")
    if refused:
        sentences.append(f"{refused:,} not answered: unlike all that the model learned from.")
    if unread:
        sentences.append(f"{unread:,} could not be read.")
    return " ".join(sentences)
