"""A page is drawn anew when its reader chooses another theme, so that its figures follow."""

import streamlit as st

from medapp.ui.elements import read_script

_theme = st.components.v2.component("medapp_theme", js=read_script("theme.js"))


def follow_theme() -> None:
    """Run the page again when its theme changes in the browser, and not before."""
    _theme(key="theme", on_changed_change=lambda: None)
