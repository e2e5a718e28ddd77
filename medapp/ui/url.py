"""A page's state in its address. The browser's Back leaves a later page's parameters on an earlier page, so each page has names of
its own, reads only those, and takes only values that make sense there."""

from collections.abc import Collection

import streamlit as st


def read_number(name: str) -> int | None:
    """A whole number from 0, else None."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def read_choice(name: str, choices: Collection[str]) -> str | None:
    """One of the choices, else None."""
    text = st.query_params.get(name, "")
    return text if text in choices else None


def write(name: str, value: int | str | None) -> None:
    """Set a parameter, or take it away with None. A value that is there already leaves the browser's history alone."""
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)
