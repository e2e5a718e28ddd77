"""A page that shows another thing than before begins at its top, wherever the last one was left."""

import streamlit as st

from medapp.ui.elements import read_script

_arrival = st.components.v2.component("medapp_arrival", js=read_script("arrival.js"))


def begin_at_top(place: str) -> None:
    """Bring the page to its top, unless the same place was drawn just before.

    Streamlit keeps the offset where a page goes on to other content of its own.

    Args:
        place: says what is in front of the reader; never shown.
    """
    _arrival(key="arrival", data={"place": place})
