"""The field for the name of a data set: what cannot be its name is said while it is typed."""

import streamlit as st

from medapp.data.importing.homes import choose_name
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace


def draw_name(title: str, suggested: str, key: str, own: DataSet | None = None) -> str | None:
    """Draw the field, with what is wrong below it; gives a name that is free, else None.

    Args:
        suggested: what the field holds at first, numbered where that is taken; "" for nothing.
        own: the data set that is named anew, which keeps its name.
    """
    workspace = open_workspace()
    first = choose_name(workspace, None, suggested) if suggested and own is None else suggested
    name = st.text_input(title, first, key=key).strip()
    is_untouched = not (name or suggested) or (own is not None and name == own.name)
    if is_untouched:
        return None
    try:
        return choose_name(workspace, name, name)
    except DataError as error:
        st.error(escape(str(error)), icon=":material/block:")
        return None
