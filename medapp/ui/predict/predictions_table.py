"""Many files and what a model says of each: how far it is, a table with thumbnails, one of them
opened below, all of it to take along.
"""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.prediction.job import PredictionJob
from medapp.prediction.table import Row, write_csv
from medapp.runs.progress import format_seconds
from medapp.runs.run import Run, list_runs
from medapp.ui.elements.gallery import build_data_uri
from medapp.ui.predict.predicting import JobKey, hold_jobs, load_model, name_job
from medapp.ui.predict.prediction_view import draw_prediction
from medapp.ui.shell import url
from medapp.ui.shell.frame import PREDICT, escape
from medapp.ui.shell.server import open_workspace
from medapp.ui.train.live_panel import draw_chip

MOST_THUMBNAILS = 200
THUMBNAIL_PX = 96
DATA_SET, UPLOAD, FOLDER = WAYS = "From a data set", "Upload", "A folder on this machine"
LOOK = {
    "Image": st.column_config.ImageColumn(width="small"),
    "File": st.column_config.TextColumn(width="medium"),
    "Probability": st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.3f"),
}


def draw_job(run: Run, folder: Path) -> None:
    """The job that predicts a folder: its progress while it runs, then its table; nothing where
    there is no such job.
    """
    job = hold_jobs().get(name_job(run, folder))
    if job is None:
        return
    if job.state == "running":
        st.fragment(run_every=1)(_draw_progress)(job)
    else:
        _draw_end(job)
        _draw_rows(run, folder, job)


def draw_jobs(shown: JobKey | None, has_ended: bool) -> None:
    """The other jobs of this server, where they stand, and the way to them; those that have ended
    only where `has_ended`.
    """
    names = {run.id: run.name for run in list_runs(open_workspace())}
    for key, job in reversed(list(hold_jobs().items())):
        if key == shown or key.run_id not in names or (job.state != "running" and not has_ended):
            continue
        is_upload = key.folder.parent == open_workspace().cache_folder
        way = (
            {"from": UPLOAD, "upload": key.folder.name}
            if is_upload
            else {"from": FOLDER, "folder": str(key.folder)}
        )
        what = "an upload" if is_upload else str(key.folder)
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"job-{key.run_id}-{key.folder}"
        ):
            draw_chip(job.state)
            label = escape(
                f"{len(job.rows):,} of {len(job.files):,} images of {what} by {names[key.run_id]}"
            )
            st.page_link(PREDICT, label=label, query_params={"by": key.run_id, **way})


def _draw_progress(job: PredictionJob) -> None:
    if job.state != "running":
        st.rerun()  # the whole page: the polling ends and the table appears
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
        f"{_count(job)} It goes on when you leave this page; come back by *Predict* or by this"
        " page's address."
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
    if len(job.files) > 1 and job.rows:
        st.caption(f"{_count(job)} Research use only.")


def _count(job: PredictionJob) -> str:
    rows = job.rows[:]
    counts = Counter(row.label for row in rows if row.label is not None)
    parts = [f"{count:,} {escape(label)}" for label, count in counts.most_common()]
    unread = sum(row.error is not None for row in rows)
    return (f"Predicted: {', '.join(parts)}." if parts else "") + (
        f" {unread:,} could not be read." if unread else ""
    )


def _draw_rows(run: Run, folder: Path, job: PredictionJob) -> None:
    rows = job.rows
    if not rows:
        return
    place = min(url.read_number("open") or 0, len(rows) - 1)
    if len(rows) > 1:
        table = [_describe(row, folder, i < MOST_THUMBNAILS) for i, row in enumerate(rows)]
        picked = st.dataframe(
            table,
            hide_index=True,
            column_config=LOOK,
            on_select="rerun",
            selection_mode="single-row",
            row_height=56,
            key="predicted",
        )
        place = _choose(picked.selection.rows, place)
    st.download_button(
        "Download all probabilities (CSV)",
        lambda: write_csv(rows, load_model(run).classes, run.name, folder),
        "predictions-research-use-only.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    path = rows[place].file
    st.subheader(escape(path.relative_to(folder).as_posix()), anchor=False)
    step = draw_prediction(
        run, path, path.name, None, False, (place + 1, len(rows)) if len(rows) > 1 else None
    )
    if step:
        url.write("open", (place + step) % len(rows))
        st.rerun()


def _choose(picked: list[int], place: int) -> int:
    """The row that was just picked, else the one that the page's address names."""
    if picked != st.session_state.get("picked", []):
        st.session_state["picked"] = picked
        place = picked[0] if picked else place
        url.write("open", place)
    return place


@st.cache_data(max_entries=1000, show_spinner=False)
def _build_thumbnail(path: str, saved: int) -> str:
    file = io.BytesIO()
    Image.fromarray(render_full(load_image(Path(path)), longest_px=THUMBNAIL_PX)).save(file, "JPEG")
    return build_data_uri(file.getvalue(), "jpeg")


def _describe(row: Row, folder: Path, has_thumbnail: bool) -> dict[str, Any]:
    image = None
    if has_thumbnail and not row.error:
        try:
            image = _build_thumbnail(str(row.file), row.file.stat().st_mtime_ns)
        except (ImageError, OSError):  # it has gone since
            image = None
    return {
        "Image": image,
        "File": row.file.relative_to(folder).as_posix(),
        "Prediction": row.label or "–",
        "Probability": row.probabilities[row.label] if row.label else None,
        "Note": row.error or "research use only",
    }
