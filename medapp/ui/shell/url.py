"""A page's state in its address, so that a reload, Back and a link that is sent show the same.

The browser's Back leaves a later page's parameters on an earlier page: each page has names of its
own, reads only those, and takes only values that make sense there.
"""

from collections.abc import Collection
from typing import Any

import streamlit as st


def read_number(name: str) -> int | None:
    """A whole number from 0, else None."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def read_choice(name: str, choices: Collection[str]) -> str | None:
    """One of the choices, else None."""
    text = st.query_params.get(name, "")
    return text if text in choices else None


def read_text(name: str, most: int = 200) -> str:
    """Any text of at most so many characters, else nothing."""
    text = st.query_params.get(name, "").strip()
    return text if len(text) <= most else ""


def write(name: str, value: int | str | None) -> None:
    """Set a parameter, or take it away with None.

    A value that is there already leaves the browser's history alone.
    """
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def show_in_browser() -> None:
    """Tell the browser the parameters that this run of the script was given.

    A link from a page to the same page with other parameters does not change the browser's address
    by itself, so that the next rerun of a fragment would bring the earlier ones back. Where the
    address has the parameters already, nothing happens.
    """
    if st.query_params:
        st.query_params.from_dict(st.query_params.to_dict())
    else:
        st.query_params.clear()


def bind(name: str, default: object, drops: Collection[str] = ()) -> dict[str, Any]:
    """Arguments that tie a widget to a parameter; its value is what the page reads there.

    The widget's key holds the parameter's value, so that Back, which changes the address alone,
    changes the widget too. Streamlit's own binding forgets a parameter as soon as its widget is not
    drawn.

    Args:
        default: the value that stands for no parameter.
        drops: parameters that no longer make sense after a change.
    """
    key = f"{name}={st.query_params.get(name, '')}"
    return {"key": key, "on_change": _follow, "args": (name, key, default, tuple(drops))}


def _follow(name: str, key: str, default: object, drops: Collection[str]) -> None:
    value = st.session_state[key]
    write(name, None if value is None or value == default or not str(value) else str(value))
    for other in drops:
        write(other, None)
