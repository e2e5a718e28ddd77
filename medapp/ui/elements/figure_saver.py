"""Buttons that save a figure of the page as PNG, SVG or PDF, below it: nothing covers its title."""

import streamlit as st

from medapp.figures import PAPER, pair_colours
from medapp.ui.elements import read_element, read_script

_saver = st.components.v2.component(
    "medapp_figure_saver",
    html='<div class="saver"></div>',
    css=read_element("figure_saver.css"),
    js=read_script("figure_saver.js"),
)


def draw_saver(key: str, name: str, theme: str) -> None:
    """Draw the buttons for the Plotly figure of this key; `theme` is "light" or "dark".

    What is saved is light, whatever the page.

    Args:
        name: of the file, without its ending.
    """
    pairs = pair_colours(theme)
    data = {"key": key, "name": name, "ground": PAPER.page, "pairs": pairs}
    _saver(key=f"save-{key}", data=data)
