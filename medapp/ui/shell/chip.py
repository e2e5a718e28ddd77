"""The state of a run or of a prediction job as a small label."""

from typing import Literal

import streamlit as st

from medapp.ui.shell.frame import escape

Colour = Literal["primary", "gray", "blue", "violet", "green", "orange", "red"]

CHIPS: dict[str, tuple[Colour, str]] = {
    "running": ("primary", ":material/biotech:"),
    "queued": ("gray", ":material/hourglass_empty:"),
    "preparing": ("blue", ":material/sync:"),
    "training": ("primary", ":material/model_training:"),
    "evaluating": ("violet", ":material/fact_check:"),
    "done": ("green", ":material/check_circle:"),
    "stopped": ("orange", ":material/stop_circle:"),
    "failed": ("red", ":material/error:"),
    "interrupted": ("orange", ":material/power_off:"),
}


def draw_chip(state: str) -> None:
    """Draw the state in its colour, with its icon."""
    colour, icon = CHIPS[state]
    st.badge(escape(state), color=colour, icon=icon)
