"""Forms that bring images in: a folder, a zip, loose files for each class, or the phantom."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from medapp.data.batch import ImportReport
from medapp.data.importing import add_files, add_folder, add_zip, inspect
from medapp.data.layout import Layout
from medapp.phantom.data_set import add_phantom
from medapp.store.files import expand_path
from medapp.ui.data_sets.patients import draw_patient_pattern, list_names
from medapp.ui.data_sets.uploads import save_upload
from medapp.ui.shell import url
from medapp.ui.shell.frame import DATA_SETS, SYNTHETIC, escape, show_progress
from medapp.ui.shell.server import hold_uploads, open_workspace

UPLOAD_LIMIT_MB = 500


def draw_adding(way: str) -> None:
    """Draw the form for one of `WAYS`; a data set that was made is opened."""
    report = WAYS[way][1]()
    if report is not None:
        st.session_state["report"] = report
        url.write("add", None)
        st.switch_page(DATA_SETS, query_params={"set": str(report.data_set.id)})


def _add_folder() -> ImportReport | None:
    st.markdown(
        "The folder has **one subfolder for each class**. It may hold `train`, `val` and `test`"
        " folders of them. It stays where it is and is never changed."
    )
    text = st.text_input("Folder", placeholder="/data/chest-xrays", key="folder-path")
    folder = expand_path(text) if text else None
    name = st.text_input("Name", value=folder.name if folder else "", key=f"name-{text}")
    pattern = draw_patient_pattern(list_names(folder) if folder else [])
    layout = _draw_layout_choice(text)
    is_asked = st.button("Register the folder", type="primary", disabled=folder is None)
    if is_asked and folder is not None:
        if layout is None:
            _ask_where_doubtful(text, folder)
        with show_progress("Reading") as progress:
            return add_folder(open_workspace(), folder, name or None, pattern, progress, layout)
    return None


def _add_zip() -> ImportReport | None:
    st.markdown(
        f"A zip with **one folder for each class**, up to {UPLOAD_LIMIT_MB} MB, as it sits in"
        " memory. For more, register a folder."
    )
    file = st.file_uploader("Zip", type=["zip"], max_upload_size=UPLOAD_LIMIT_MB)
    name = st.text_input(
        "Name",
        value=Path(file.name).stem if file else "",
        key=f"zip-name-{file.name if file else ''}",
    )
    pattern = draw_patient_pattern([])
    layout = _draw_layout_choice(file.file_id if file else "")
    if st.button("Add the zip", type="primary", disabled=file is None) and file is not None:
        with tempfile.TemporaryDirectory(dir=hold_uploads().folder) as folder:
            path = save_upload(file, Path(folder))
            if layout is None:
                _ask_where_doubtful(file.file_id, path)
            with show_progress("Unpacking") as progress:
                return add_zip(open_workspace(), path, name or None, pattern, progress, layout)
    return None


def _ask_where_doubtful(key: str, path: Path) -> None:
    """Draw the page again with a question where a folder or zip can be read in several ways."""
    found = inspect(path)
    if found.question and found.candidates:
        st.session_state["doubtful"] = (key, found)
        st.rerun()


def _draw_layout_choice(key: str) -> str | None:
    """Draw the ways to read what was found doubtful; gives the one that is chosen."""
    doubtful: tuple[str, Layout] | None = st.session_state.get("doubtful")
    if doubtful is None or doubtful[0] != key:
        return None
    found = doubtful[1]
    st.warning(escape(" ".join(found.describe())), icon=":material/help:")
    ways = {way.template: f"{way.describe()} ({way.template})" for way in found.candidates}
    return st.selectbox("What the folders are", ways, format_func=ways.__getitem__)


def _add_files() -> ImportReport | None:
    st.markdown(
        f"For a small set: name each class and choose its images, up to {UPLOAD_LIMIT_MB} MB each."
        " They are copied."
    )
    name = st.text_input("Name of the data set", key="loose-name")
    count = int(st.number_input("Classes", 2, 20, 2, key="loose-count"))
    chosen: dict[str, list[UploadedFile]] = {}
    is_complete = bool(name)
    columns = [column for _ in range(0, count, 2) for column in st.columns(2)]
    for index, column in enumerate(columns[:count]):
        with column:
            label = st.text_input(f"Class {index + 1}", key=f"loose-label-{index}").strip()
            title = f"Images of {escape(label) or f'class {index + 1}'}"
            files = st.file_uploader(title, accept_multiple_files=True, key=f"loose-files-{index}")
            is_complete &= bool(label and files)
            chosen.setdefault(label, []).extend(files)
    if not is_complete:
        st.caption("The set needs a name, and each class a name and images.")
    # The number says what has arrived: a click while files still travel adds what it names.
    title = f"Add {sum(map(len, chosen.values())):,} images" if is_complete else "Add the images"
    if st.button(title, type="primary", disabled=not is_complete, key="loose-add"):
        with tempfile.TemporaryDirectory(dir=hold_uploads().folder) as folder:
            saved = {
                label: [save_upload(f, Path(folder) / str(i)) for f in files]
                for i, (label, files) in enumerate(chosen.items())
            }
            with show_progress("Copying") as progress:
                return add_files(open_workspace(), saved, name, on_progress=progress)
    return None


def _add_phantom() -> ImportReport | None:
    st.markdown(
        f"Chest images drawn by the computer ({SYNTHETIC}): normal, nodule, effusion and"
        " cardiomegaly, with a box for each finding. Made on this machine in seconds."
    )
    if st.button("Make the phantom data set", type="primary"):
        with show_progress("Drawing") as progress:
            return add_phantom(open_workspace(), on_progress=progress)
    return None


WAYS: dict[str, tuple[str, Callable[[], ImportReport | None]]] = {
    "folder": ("A folder on this machine", _add_folder),
    "zip": ("A zip", _add_zip),
    "files": ("Loose files", _add_files),
    "phantom": ("The phantom", _add_phantom),
}
