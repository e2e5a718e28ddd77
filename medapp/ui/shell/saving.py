"""What stands below a chart: its picture as PNG, SVG or PDF, and its numbers as CSV."""

import re
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.store.plain import write_cells
from medapp.ui.elements.figure_saver import draw_saver

SUBJECT = "files-are-of"
LONGEST = 80  # letters of what files are called after
Numbers = Callable[[], Sequence[Sequence[object]]]


def call_files(subject: str) -> None:
    """Name what is saved from this page after what the page is about, such as a run."""
    plain = re.sub(r"[^\w.]+", "-", subject).strip("-.")
    st.session_state[SUBJECT] = plain[:LONGEST].rstrip("-.")


def name_file(chart: str) -> str:
    """The name of a chart's file, without its ending."""
    return "-".join(filter(None, ("medapp", st.session_state.get(SUBJECT, ""), chart)))


def draw_ways_to_save(key: str, theme: str, numbers: Numbers) -> None:
    """Draw the buttons that save the Plotly figure of this key, and its numbers."""
    with _draw_row(key):
        draw_saver(key, name_file(key), theme)
        _draw_button(key, numbers)


def draw_numbers(key: str, numbers: Numbers) -> None:
    """Draw the button that saves the numbers of charts whose pictures are saved elsewhere.

    Args:
        numbers: rows, the titles of columns first; made when the button is pressed.
    """
    with _draw_row(key):
        _draw_button(key, numbers)


def _draw_row(key: str) -> DeltaGenerator:
    return st.container(key=f"ways-{key}", horizontal=True, gap="xxsmall")


def _draw_button(key: str, numbers: Numbers) -> None:
    st.download_button(
        "CSV",
        # A byte order mark tells spreadsheets that the text is UTF-8.
        lambda: "\ufeff" + write_cells(numbers()),
        f"{name_file(key)}.csv",
        "text/csv",
        key=f"numbers-{key}",
        help="Save the numbers behind this figure as CSV",
        on_click="ignore",
    )
