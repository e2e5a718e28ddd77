"""Where many images to predict come from: a folder on this machine, or an upload.

An upload becomes a folder of the server's uploads (store/uploads.py).
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.runs.run import Run
from medapp.store.files import expand_path
from medapp.store.uploads import KEPT
from medapp.ui.data_sets.uploads import save_upload
from medapp.ui.predict.jobs import FOLDER, UPLOAD, draw_job
from medapp.ui.predict.predicting import JobKey, forget_folder, hold_jobs, name_job, start_job
from medapp.ui.shell import url
from medapp.ui.shell.server import hold_uploads


def find_shown(run: Run, way: str) -> JobKey | None:
    """The job that the address names."""
    if way == FOLDER and url.read_text("folder", 1000):
        return name_job(run, expand_path(url.read_text("folder", 1000)))
    if way == UPLOAD:
        folder = hold_uploads().find(url.read_text("upload"))
        return name_job(run, folder) if folder else None
    return None


def draw_folder(run: Run, column: DeltaGenerator) -> None:
    """Draw the field for a folder into the column, then the button that begins, then the job."""
    text = url.read_text("folder", 1000)
    column.text_input(
        "Folder", text, placeholder="/data/new-images", **url.bind("folder", "", ["open"])
    )
    if not text:
        st.info(
            "Name a folder: all images in it and below it are predicted, and go into one table."
        )
        return
    folder = expand_path(text)
    # An address may name any folder: nothing of it is read before somebody clicks.
    if name_job(run, folder) not in hold_jobs() and st.button(
        "Predict all images in it", type="primary", icon=":material/biotech:"
    ):
        start_job(run, folder)
        st.rerun()
    draw_job(run, folder)


def draw_upload(run: Run) -> None:
    """Draw the field for files, then the job over them.

    The name of the upload's folder is in the address; there it is predicted like any other folder.
    """
    uploads = hold_uploads()
    turn = st.session_state.setdefault("upload-turn", 0)
    known = uploads.find(url.read_text("upload"))
    files = st.file_uploader(KEPT, accept_multiple_files=True, key=f"upload-{turn}")
    # Uploads are copied to disk at once and the widget is cleared, because they take memory.
    if files:
        folder = known or uploads.make_folder()
        for file in files:
            save_upload(file, folder)
        st.session_state["upload-turn"] = turn + 1
        url.write("upload", folder.name)
        start_job(run, folder)
        st.rerun()
    if known and st.button("Forget what was uploaded", icon=":material/delete:"):
        forget_folder(known)
        url.write("upload", None)
        st.rerun()
    if known:
        # The job is not there where the reader chose another model.
        if name_job(run, known) not in hold_jobs():
            start_job(run, known)
        draw_job(run, known)
