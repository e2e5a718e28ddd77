"""A picker of folders on the server: breadcrumbs, folders with what is in them, recent places."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from medapp.data.importing.browsing import Entry, find_nearest_folder, open_place
from medapp.store.files import expand_path
from medapp.store.places import list_places
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace

OPENED = "picked-folder"  # in the session; absent while the picker is closed
CRUMBS = 6


def draw_picker(text: str, choose: Callable[[str], None], is_looked_at: bool) -> None:
    """Draw the ways to a path beside typing it, and the picker while it is open.

    Nothing is listed before a click.

    Args:
        text: the path in the field, from which the picker begins.
        choose: called with the path that was chosen.
        is_looked_at: what stands at the path is shown already.
    """
    opened: Path | None = st.session_state.get(OPENED)
    with st.container(horizontal=True, key="places"):
        title = "Close the picker" if opened else "Browse"
        if st.button(title, icon=":material/folder_open:", key="browse"):
            _open(None if opened else find_nearest_folder(expand_path(text or "~")))
            st.rerun()
        if text and is_looked_at:
            st.button("Look again", icon=":material/refresh:", on_click=choose, args=(text,))
        elif text:
            st.button(
                "Look", type="primary", icon=":material/search:", on_click=choose, args=(text,)
            )
        for path in list_places(open_workspace())[:4]:
            if str(path) != text:
                st.button(
                    escape(path.name or str(path)),
                    key=f"recent-{path}",
                    icon=":material/history:",
                    help=escape(str(path)),
                    on_click=choose,
                    args=(str(path),),
                )
    if opened:
        with frame.show_errors(), st.container(border=True, key="picker"):
            _draw_place(opened, choose)


def _draw_place(folder: Path, choose: Callable[[str], None]) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="crumbs"):
        for parent in [*reversed(folder.parents), folder][-CRUMBS:]:
            _draw_step(parent, f"{parent.name or parent} ›", f"crumb-{parent}")
    place = open_place(folder)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Look at {escape(folder.name or str(folder))}",
            type="primary",
            key="pick",
            on_click=_choose,
            args=(folder, choose),
        )
        if place.images:
            st.caption(f"{place.images:,} images stand in this folder itself.")
    is_long = len(place.entries) > 8
    with st.container(height=340 if is_long else "content", border=False, gap="xxsmall"):
        for entry in place.entries:
            _draw_entry(entry, choose)
    if not place.entries:
        st.caption("No folder, and no file that can be added, stands in here.")
    if place.hidden:
        st.caption(f"{place.hidden:,} more are not listed: type the path.")


def _draw_entry(entry: Entry, choose: Callable[[str], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if entry.is_folder:
            _draw_step(entry.path, entry.path.name, f"into-{entry.path}", ":material/folder:")
            st.caption(escape(entry.describe()))
        else:
            st.button(
                escape(entry.path.name),
                type="tertiary",
                icon=":material/draft:",
                key=f"file-{entry.path}",
                on_click=_choose,
                args=(entry.path, choose),
            )


def _draw_step(folder: Path, name: str, key: str, icon: str | None = None) -> None:
    st.button(escape(name), type="tertiary", key=key, icon=icon, on_click=_open, args=(folder,))


def _choose(path: Path, choose: Callable[[str], None]) -> None:
    _open(None)
    choose(str(path))


def _open(folder: Path | None) -> None:
    if folder is None:
        st.session_state.pop(OPENED, None)
    else:
        st.session_state[OPENED] = folder
