"""A picker of folders and tables on the server: breadcrumbs, folders with what is in them, recent
places.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from medapp.data.importing.browsing import PACKED, Entry, find_nearest_folder, open_place
from medapp.data.layouts.tables import SUFFIXES
from medapp.store.files import expand_path
from medapp.store.places import list_places
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace

CRUMBS = 6


@dataclass(frozen=True)
class _Kind:
    """What a picker is for.

    Attributes:
        name: begins the keys of its widgets; under it the session holds the open folder, and
            nothing while the picker is closed.
        suffixes: of the files that can be chosen.
        takes_folders: a folder can be chosen too.
        title: of the button that opens it.
    """

    name: str
    suffixes: tuple[str, ...]
    takes_folders: bool
    title: str


IMAGES = _Kind("picker", PACKED, True, "Browse")
TABLES = _Kind("picker-table", SUFFIXES, False, "Browse for the table")


def draw_picker(text: str, choose: Callable[[str], None], is_looked_at: bool) -> None:
    """Draw the ways to a path beside typing it, and the picker while it is open.

    Nothing is listed before a click.

    Args:
        text: the path in the field, from which the picker begins.
        choose: called with the path that was chosen.
        is_looked_at: what stands at the path is shown already.
    """
    with st.container(horizontal=True, key="places"):
        _draw_toggle(IMAGES, expand_path(text or "~"))
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
    _draw_open(IMAGES, choose)


def draw_table_picker(near: Path, choose: Callable[[str], None]) -> None:
    """Draw the way to a table beside typing its path, and the picker while it is open.

    Args:
        near: where the picker begins.
        choose: called with the path that was chosen.
    """
    _draw_toggle(TABLES, near)
    _draw_open(TABLES, choose)


def close_picker() -> None:
    """Close the picker of images: its question was answered in another way."""
    _open(IMAGES, None)


def _draw_toggle(kind: _Kind, near: Path) -> None:
    """Draw the button that opens the picker, and closes it."""
    is_open = kind.name in st.session_state
    title = "Close the picker" if is_open else kind.title
    if st.button(escape(title), icon=":material/folder_open:", key=f"{kind.name}-browse"):
        _open(kind, None if is_open else find_nearest_folder(near))
        st.rerun()


def _draw_open(kind: _Kind, choose: Callable[[str], None]) -> None:
    opened: Path | None = st.session_state.get(kind.name)
    if opened:
        with frame.show_errors(), st.container(border=True, key=f"{kind.name}-place"):
            _draw_place(kind, opened, choose)


def _draw_place(kind: _Kind, folder: Path, choose: Callable[[str], None]) -> None:
    key = f"{kind.name}-crumbs"
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=key):
        for parent in [*reversed(folder.parents), folder][-CRUMBS:]:
            _draw_step(kind, parent, f"{parent.name or parent} ›", "crumb")
    place = open_place(folder, kind.suffixes)
    if kind.takes_folders:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Look at {escape(folder.name or str(folder))}",
                type="primary",
                key="pick",
                on_click=_choose,
                args=(kind, folder, choose),
            )
            if place.images:
                st.caption(f"{place.images:,} images stand in this folder itself.")
    is_long = len(place.entries) > 8
    with st.container(height=340 if is_long else "content", border=False, gap="xxsmall"):
        for entry in place.entries:
            _draw_entry(kind, entry, choose)
    if not place.entries:
        wanted = "file that can be added" if kind.takes_folders else "table"
        st.caption(f"No folder, and no {wanted}, stands in here.")
    if place.hidden:
        st.caption(f"{place.hidden:,} more are not listed: type the path.")


def _draw_entry(kind: _Kind, entry: Entry, choose: Callable[[str], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if entry.is_folder:
            _draw_step(kind, entry.path, entry.path.name, "into", ":material/folder:")
            if kind.takes_folders:
                st.caption(escape(entry.describe()))
        else:
            st.button(
                escape(entry.path.name),
                type="tertiary",
                icon=":material/draft:",
                key=f"{kind.name}-file-{entry.path}",
                on_click=_choose,
                args=(kind, entry.path, choose),
            )


def _draw_step(kind: _Kind, folder: Path, name: str, way: str, icon: str | None = None) -> None:
    st.button(
        escape(name),
        type="tertiary",
        key=f"{kind.name}-{way}-{folder}",
        icon=icon,
        on_click=_open,
        args=(kind, folder),
    )


def _choose(kind: _Kind, path: Path, choose: Callable[[str], None]) -> None:
    _open(kind, None)
    choose(str(path))


def _open(kind: _Kind, folder: Path | None) -> None:
    if folder is None:
        st.session_state.pop(kind.name, None)
    else:
        st.session_state[kind.name] = folder
