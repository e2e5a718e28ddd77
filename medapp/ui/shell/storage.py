"""What MedApp keeps beside data sets and runs: the cache and the uploads, each with its button."""

import datetime

import streamlit as st

from medapp.store.cache import open_cache
from medapp.store.uploads import KEPT, Upload
from medapp.ui.shell.server import hold_uploads, open_workspace


@st.dialog("Storage")
def show_storage() -> None:
    """Sizes, counted when asked, since that walks over all files."""
    _draw_cache()
    st.subheader("Uploads", anchor=False)
    uploads = hold_uploads().list_all()
    if not uploads:
        st.markdown("Nothing that was uploaded is kept.")
        return
    st.markdown(f"Files that were uploaded to be predicted. {KEPT}")
    for upload in uploads:
        _draw_upload(upload)


def _draw_cache() -> None:
    cache = open_cache(open_workspace())
    size = cache.size_bytes() / 1e9
    limit = cache.limit_bytes / 1e9
    st.markdown(
        f"Prepared images, features and thumbnails take **{size:.2f} GB** of at most {limit:.1f} GB"
        " in the workspace. What was not used for longest is removed first. All of it is made"
        " again when it is needed; your images and models are elsewhere."
    )
    st.button("Clear", icon=":material/delete_sweep:", disabled=size == 0, on_click=cache.clear)


def _draw_upload(upload: Upload) -> None:
    changed = datetime.datetime.fromtimestamp(upload.changed)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{upload.files:,} file{'s' * (upload.files != 1)} of {changed:%d %B, %H:%M},"
            f" {upload.size / 1e6:,.1f} MB",
            width="stretch",
        )
        st.button(
            "Forget now",
            key=f"forget-{upload.folder.name}",
            icon=":material/delete:",
            on_click=hold_uploads().forget,
            args=(upload.folder,),
        )
