"""The folder of a data set looked at again: what has changed since it came in."""

import streamlit as st

from medapp.data.importing.updating import Changes, update
from medapp.data.layouts.left_out import summarise_left_out
from medapp.data.samples import DataSet
from medapp.ui.shell.frame import escape, show_errors, show_progress
from medapp.ui.shell.server import find_catalog


def draw_updating(data_set: DataSet) -> None:
    """Draw the button, and what the last click has found."""
    with show_errors(), st.container(border=True, width=560):
        st.markdown(
            "**Update.** Looks at the folder again: new and changed images are read, images whose"
            " files are gone are left out. A new image joins the split of its patient or copies,"
            " else training."
        )
        if st.button("Update", icon=":material/sync:", key="update"):
            with show_progress("Reading") as progress:
                found = update(find_catalog(), data_set, progress)
            st.session_state[f"changes-{data_set.uid}"] = found
        changes: Changes | None = st.session_state.get(f"changes-{data_set.uid}")
        if changes is not None:
            for sentence in changes.describe() or ("Nothing has changed.",):
                st.markdown(escape(sentence))
            for sentence in summarise_left_out(changes.left_out):
                st.caption(escape(f"Left out: {sentence}"))
