"""The choice of slices, for what holds volumes."""

from pathlib import Path

import streamlit as st

from medapp.data.containers import PLANES, SliceChoice
from medapp.data.layouts.layout import Layout

_WAYS = {
    "all": "All that are not nearly empty",
    "middle": "The middle one of each volume",
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
    way = st.selectbox("Slices", _WAYS, format_func=_WAYS.__getitem__, key=f"slices-{path}")
    if way == "every":
        step = int(st.number_input("One of", 2, 1000, 5, key=f"step-{path}"))
        return SliceChoice(plane or PLANES[0], f"every:{step}")
    if way == "range":
        first, last = st.columns(2)
        begin = int(first.number_input("First slice", 1, 10_000, 1, key=f"first-{path}"))
        end = int(last.number_input("Last slice", begin, 10_000, begin + 9, key=f"last-{path}"))
        return SliceChoice(plane or PLANES[0], f"{begin}-{end}")
    return SliceChoice(plane or PLANES[0], way)
