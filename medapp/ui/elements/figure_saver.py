"""Buttons that save a figure of the page as PNG, SVG or PDF, below it: nothing covers its title."""

import streamlit as st

from medapp.figures import PALETTES
from medapp.ui.elements import read_element, read_script

_saver = st.components.v2.component(
    "medapp_figure_saver",
    html='<div class="saver"></div>',
    css=read_element("figure_saver.css"),
    js=read_script("figure_saver.js"),
)


def draw_saver(key: str, theme: str) -> None:
    """Draw the buttons for the Plotly figure of this key; `theme` is "light" or "dark"."""
    data = {"key": key, "name": f"medapp-{key}", "ground": PALETTES[theme].page}
    _saver(key=f"save-{key}", data=data)
