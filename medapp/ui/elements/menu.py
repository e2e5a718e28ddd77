"""The menu leads to a page's beginning, also from what the page has open."""

import streamlit as st

from medapp.ui.elements import read_script

_menu = st.components.v2.component("medapp_menu", js=read_script("menu.js"))


def open_menu() -> None:
    """Let a click on the page's own entry in the menu lead to the page without parameters."""
    _menu(key="menu")
