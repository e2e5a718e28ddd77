"""The choice of slices of volumes, and of frames or pages of files that hold several."""

from pathlib import Path

import streamlit as st

from medapp.data.containers import PLANES, SliceChoice
from medapp.data.importing.frames import FrameCount, count_all_frames, say_images
from medapp.data.importing.opening import open_files
from medapp.data.layouts.layout import Layout
from medapp.ui.shell.frame import escape

_SLICES = {
    "all": "All that are not nearly empty",
    "middle": "The middle one of each volume",
    "every": "One of every few",
    "range": "From one to another",
}
_FRAMES = {
    "": "One of each file, the first that shows something",
    "all": "All",
    "middle": "The middle one of each file",
    "every": "One of every few",
    "range": "From one to another",
}


def draw_slice_choice(path: Path, recognised: Layout) -> SliceChoice | None:
    """Draw which slices become images; None where there are no volumes."""
    if not recognised.files or "slice" not in recognised.files[0].attributes:
        return None
    plane: str | None = PLANES[0]
    # The axes of volumes in arrays are not those of a body.
    if "volume" in recognised.files[0].attributes:
        plane = st.segmented_control("Plane", PLANES, default=PLANES[0], key=f"plane-{path}")
    way = st.selectbox("Slices", _SLICES, format_func=_SLICES.__getitem__, key=f"slices-{path}")
    return SliceChoice(plane or PLANES[0], _draw_numbers(path, way, "slice"))


def draw_frame_choice(path: Path, recognised: Layout) -> SliceChoice | None:
    """Draw which frames of files with several become images; None for one of each file."""
    if not recognised.files:
        return None
    count = _count_frames(path, recognised)
    if count.images == count.files:
        return None
    way = st.selectbox("Frames", _FRAMES, format_func=_FRAMES.__getitem__, key=f"frames-{path}")
    some = "" if count.is_sure else " or more"
    whole = say_images(count.files, count.images).replace(", ", " hold ")
    st.caption(escape(f"{whole}{some}. Frames of one file stay in one split."))
    text = _draw_numbers(path, way, "frame")
    return SliceChoice(slices=text) if text else None


def _count_frames(path: Path, recognised: Layout) -> FrameCount:
    """The frames of all files, counted once for a look at a path."""
    # The names tell whether the same files are looked at.
    key = (path, len(recognised.files), recognised.files[0].name, recognised.files[-1].name)
    if st.session_state.get("frames-of") != key:
        with st.spinner("Counting frames"), open_files(path) as read:
            st.session_state["frames-counted"] = count_all_frames(recognised.files, read)
        st.session_state["frames-of"] = key
    counted: FrameCount = st.session_state["frames-counted"]
    return counted


def _draw_numbers(path: Path, way: str, part: str) -> str:
    """Draw the numbers of a way, where it has any; gives the choice as `SliceChoice` reads it."""
    if way == "every":
        return f"every:{int(st.number_input('One of', 2, 1000, 5, key=f'step-{path}'))}"
    if way == "range":
        first, last = st.columns(2)
        titles = (escape(f"First {part}"), escape(f"Last {part}"))
        begin = int(first.number_input(titles[0], 1, 10_000, 1, key=f"first-{path}"))
        end = int(last.number_input(titles[1], begin, 10_000, begin + 9, key=f"last-{path}"))
        return f"{begin}-{end}"
    return way
