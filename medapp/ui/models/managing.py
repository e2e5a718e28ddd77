"""What can be done with a run: rename, export, import, delete."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from medapp.errors import RunError
from medapp.runs.heads import list_heads
from medapp.runs.making import check_name, rename_run
from medapp.runs.needed import delete_run
from medapp.runs.run import Run
from medapp.runs.transfer import BUNDLE, describe_export, export_bundle, export_run, import_run
from medapp.ui.data_sets.uploads import save_upload
from medapp.ui.models.onnx import draw_onnx
from medapp.ui.shell import frame
from medapp.ui.shell.server import hold_uploads, list_summaries, open_workspace

IMPORT_LIMIT_MB = 300
# A download is held in memory several times over; a larger file is written beside the run.
DOWNLOAD_LIMIT_MB = 100


def draw_import() -> None:
    """Draw the way in for a model that a colleague exported; opens the model."""
    with st.expander("Import a model", icon=":material/upload:"):
        file = st.file_uploader(
            "A zip that MedApp exported", type=["zip"], max_upload_size=IMPORT_LIMIT_MB
        )
        if st.button("Import", disabled=file is None) and file is not None:
            with (
                tempfile.TemporaryDirectory(dir=hold_uploads().folder) as folder,
                st.spinner("Checking the model"),
            ):
                run = import_run(open_workspace(), save_upload(file, Path(folder)))
            st.switch_page(frame.MODELS, query_params={"model": run.id})


def draw_management(run: Run) -> None:
    """Draw the forms that rename, export and delete a run."""
    with st.container(border=True, width=560):
        _draw_name(run)
    if run.has_model:
        with st.container(border=True, width=560):
            _draw_export(run)
        with st.container(border=True, width=560):
            _draw_bundle(run)
        with st.container(border=True, width=560):
            draw_onnx(run)
    with st.container(border=True, width=560):
        st.markdown(
            "**Delete** the run with its model, figures and curves. The images are not touched."
        )
        is_sure = st.checkbox("Yes, delete this run")
        if st.button("Delete", icon=":material/delete:", disabled=not is_sure):
            with frame.show_errors():
                delete_run(open_workspace(), run)
                st.switch_page(frame.MODELS)


def _draw_name(run: Run) -> None:
    name = st.text_input("Name", run.name, key=f"rename-{run.id}").strip()
    fault = ""
    try:
        check_name(name, [other for other in list_summaries() if other.id != run.id])
    except RunError as error:
        fault = str(error)
        st.error(frame.escape(fault), icon=":material/block:")
    if st.button("Rename", disabled=bool(fault) or name == run.name):
        rename_run(open_workspace(), run, name)
        st.rerun()


def _draw_export(run: Run) -> None:
    st.markdown("**Export** as a zip, for another machine.")
    with_names = st.checkbox("With file names, patients and sites", key="export-names")
    st.caption(frame.escape(f"What travels: {describe_export(run, with_names)}"))
    _draw_download(run, "Download", f"{run.id}.zip", lambda to: export_run(run, to, with_names))


def _draw_bundle(run: Run) -> None:
    st.markdown("**A bundle for another hospital**, which checks the model on its own images.")
    if run.recipe.find_strategy().keeps_neighbours:
        st.caption(
            "There is none of this model: it holds features of each training image, which do not"
            " belong into a file for others."
        )
        return
    st.caption(frame.escape(BUNDLE))
    name = f"{run.id}-bundle.zip"
    _draw_download(run, "Download the bundle", name, lambda to: export_bundle(run, to))


def _draw_download(run: Run, title: str, name: str, write: Callable[[Path], Path]) -> None:
    """Draw the button that gives a zip of a run, or writes it beside the run where it is large.

    Args:
        title, name: of the button, and of the file.
        write: writes the zip to a path, and gives the path.
    """
    models = [head.model_path for head in list_heads(run).values()]
    megabytes = sum(path.stat().st_size for path in models) / 1e6
    if megabytes > DOWNLOAD_LIMIT_MB:
        if st.button("Write the zip beside the run", key=f"write-{name}"):
            st.code(str(write(run.folder / name)), language=None)
        return

    def read() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return write(Path(folder) / name).read_bytes()

    st.download_button(
        f"{frame.escape(title)} ({megabytes:.0f} MB)",
        read,
        name,
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        key=f"download-{name}",
    )
