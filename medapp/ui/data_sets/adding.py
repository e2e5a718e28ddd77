"""Forms that bring images in: a path of this machine, an upload, loose files, or the phantom."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from medapp.data.importing.adding import add_files
from medapp.data.importing.batch import ImportReport
from medapp.data.importing.browsing import PACKED
from medapp.errors import MedAppError
from medapp.phantom.data_set import add_phantom
from medapp.store.files import expand_path
from medapp.store.places import forget_place, keep_place
from medapp.store.uploads import KEPT
from medapp.ui.data_sets.imports import draw_import, hold_imports
from medapp.ui.data_sets.looking import draw_look, forget_look, recognise
from medapp.ui.data_sets.naming import draw_name
from medapp.ui.data_sets.picker import close_picker, draw_picker
from medapp.ui.data_sets.uploads import save_upload
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import DATA_SETS, SYNTHETIC, escape, show_progress
from medapp.ui.shell.server import hold_uploads, open_workspace

FIELD = "path-field"
NO_CLASS = "(no class)"
MOST_LETTERS = 1000  # of a path in the address
UPLOAD_LIMIT_MB = 500


def draw_adding(way: str) -> None:
    """Draw the form for one of `WAYS`; a data set that was made is opened."""
    is_form = way in ("files", "phantom")
    with st.container(border=is_form, width=760 if is_form else "stretch"):
        report = WAYS[way][1]()
    if report is not None:
        st.session_state["report"] = report
        for name in ("add", "path", "upload"):
            url.write(name, None)
        st.switch_page(DATA_SETS, query_params={"set": str(report.data_set.id)})


def _add_path() -> ImportReport | None:
    text = url.read_text("path", MOST_LETTERS)
    with st.container(border=True, width=760):
        st.markdown(
            "A folder with **one subfolder for each class**, or with a **table** that says what its"
            " images or patients show; a disc of DICOM files; a zip of one of these; or a file that"
            " holds many images. Folders stay where they are and are never changed. Nothing is"
            " registered before you have seen what would come in."
        )
        # The address says what the field holds: Back and the picker change the address alone.
        if st.session_state.get(FIELD) != text:
            st.session_state[FIELD] = text
        st.text_input("Path", placeholder="/data/chest-xrays", key=FIELD, on_change=_follow_field)
        is_looked_at = st.session_state.get("chosen-path") == text
        draw_picker(text, _choose, is_looked_at)
    if not text:
        return None
    path = expand_path(text)
    report = draw_import(path)
    if report is not None or path in hold_imports():
        return report
    # An address may name any path: nothing of it is read before somebody typed or clicked.
    if is_looked_at:
        with frame.show_errors():
            _keep_if_seen(path)
            draw_look(path, _choose)
    return None


def _keep_if_seen(path: Path) -> None:
    """Put a path among the recent places, or out of them where it cannot be looked at."""
    try:
        recognise(path)
    except MedAppError:
        forget_place(open_workspace(), path)
        raise
    keep_place(open_workspace(), path)


def _follow_field() -> None:
    close_picker()
    _choose(str(st.session_state[FIELD]).strip())


def _choose(text: str) -> None:
    """Look at a path, which the address then names."""
    url.write("path", text or None)
    st.session_state["chosen-path"] = text
    forget_look()


def _add_upload() -> ImportReport | None:
    uploads = hold_uploads()
    folder = uploads.find(url.read_text("upload"))
    path = next((p for p in folder.iterdir() if p.is_file()), None) if folder else None
    if path is None:
        with st.container(border=True, width=760):
            st.markdown(
                "A zip with **one folder for each class**, or a file that holds many images, up to"
                f" {UPLOAD_LIMIT_MB} MB. For more, give its path on this machine. {KEPT}"
            )
            kinds = [suffix.removeprefix(".") for suffix in PACKED]
            file = st.file_uploader("File", type=kinds, max_upload_size=UPLOAD_LIMIT_MB)
        if file is not None:
            folder = uploads.make_folder()
            save_upload(file, folder)
            url.write("upload", folder.name)
            st.rerun()
        return None
    report = draw_import(path)
    if report is None and path not in hold_imports():
        if st.button("Choose another file", icon=":material/arrow_back:"):
            uploads.forget(path.parent)
            url.write("upload", None)
            st.rerun()
        with frame.show_errors():
            draw_look(path)
    return report


def _add_files() -> ImportReport | None:
    st.markdown(
        f"For a small set: name each class and choose its images, up to {UPLOAD_LIMIT_MB} MB each."
        " They are copied."
    )
    name = draw_name("Name of the data set", "", "loose-name")
    count = int(st.number_input("Classes", 2, 20, 2, key="loose-count"))
    chosen: dict[str, list[UploadedFile]] = {}
    is_complete = name is not None
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
    if st.button(title, type="primary", disabled=not is_complete, key="loose-add") and name:
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
    shortcut = _choose_shortcut()
    if st.button("Make the phantom data set", type="primary"):
        with show_progress("Drawing") as progress:
            return add_phantom(open_workspace(), on_progress=progress, shortcut=shortcut)
    return None


def _choose_shortcut() -> dict[str, float]:
    """A class in whose images a mark is planted, and in what share of them; usually none."""
    # Imported here, because only whoever makes images needs the physics.
    from medapp.phantom.render import CLASSES

    with st.expander("Plant a shortcut, to see whether a model learns it"):
        label = st.selectbox("A mark in a corner of", [NO_CLASS, *CLASSES], key="shortcut-class")
        if label == NO_CLASS:
            return {}
        percent = st.slider("In how many of its images", 10, 100, 90, 10, "%d%%")
        st.caption("The mark is recorded with each image. *Heatmaps on trial* may find it.")
        return {str(label): percent / 100}


WAYS: dict[str, tuple[str, Callable[[], ImportReport | None]]] = {
    "folder": ("On this machine", _add_path),
    "zip": ("Upload a file", _add_upload),
    "files": ("Upload images", _add_files),
    "phantom": ("The phantom", _add_phantom),
}
