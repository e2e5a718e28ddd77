"""Where many images to predict come from: a folder on this machine, or an upload.

An upload becomes a folder in the cache.
"""

import tempfile
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.data.folder import list_images
from medapp.runs.run import Run
from medapp.store.files import expand_path
from medapp.ui.data_sets.uploads import save_upload
from medapp.ui.predict.jobs import FOLDER, UPLOAD, draw_job
from medapp.ui.predict.predicting import JobKey, forget_folder, hold_jobs, name_job, start_job
from medapp.ui.shell import url
from medapp.ui.shell.server import open_workspace


def find_shown(run: Run, way: str) -> JobKey | None:
    """The job that the address names."""
    if way == FOLDER and url.read_text("folder", 1000):
        return name_job(run, expand_path(url.read_text("folder", 1000)))
    if way == UPLOAD:
        return name_job(run, open_workspace().cache_folder / url.read_text("upload"))
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
    if name_job(run, folder) not in hold_jobs():
        count = len(list_images(folder))
        if st.button(
            f"Predict {count:,} image{'s' * (count != 1)}",
            type="primary",
            icon=":material/biotech:",
        ):
            start_job(run, folder)
            st.rerun()
    draw_job(run, folder)


def draw_upload(run: Run) -> None:
    """Draw the field for files, then the job over them.

    Uploads lie in a folder of the cache whose name is in the address; there they are predicted like
    any other folder.
    """
    cache = open_workspace().cache_folder
    turn = st.session_state.setdefault("upload-turn", 0)
    known = url.read_choice("upload", [path.name for path in cache.glob("upload-*")])
    files = st.file_uploader(
        "Kept in this machine's cache until you press Forget",
        accept_multiple_files=True,
        key=f"upload-{turn}",
    )
    # Uploads are copied to disk at once and the widget is cleared, because they take memory.
    if files:
        folder = cache / known if known else Path(tempfile.mkdtemp(prefix="upload-", dir=cache))
        for file in files:
            save_upload(file, folder)
        st.session_state["upload-turn"] = turn + 1
        url.write("upload", folder.name)
        start_job(run, folder)
        st.rerun()
    if known and st.button("Forget what was uploaded", icon=":material/delete:"):
        forget_folder(cache / known)
        url.write("upload", None)
        st.rerun()
    if known:
        # The job is not there where the reader chose another model, or the server was restarted.
        if name_job(run, cache / known) not in hold_jobs():
            start_job(run, cache / known)
        draw_job(run, cache / known)
