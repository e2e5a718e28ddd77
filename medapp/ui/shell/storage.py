"""What MedApp keeps to be faster, how much of it there is, and the button that clears it."""

import streamlit as st

from medapp.store.cache import open_cache
from medapp.ui.shell.server import open_workspace


@st.dialog("Storage")
def show_storage() -> None:
    """Size and limit of the cache, counted when asked, since that walks over all its files."""
    cache = open_cache(open_workspace())
    size = cache.size_bytes() / 1e9
    limit = cache.limit_bytes / 1e9
    st.markdown(
        f"Prepared images, features and thumbnails take **{size:.2f} GB** of at most {limit:.1f} GB"
        " in the workspace. What was not used for longest is removed first. All of it is made"
        " again when it is needed; your images and models are elsewhere."
    )
    st.button("Clear", icon=":material/delete_sweep:", disabled=size == 0, on_click=cache.clear)
