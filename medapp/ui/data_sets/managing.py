"""What can be done with a data set: rename, update, remove."""

import streamlit as st

from medapp.data.samples import IN_PLACE, DataSet
from medapp.ui.data_sets.updating import draw_updating
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog


def draw_management(data_set: DataSet) -> None:
    """Draw the forms that rename, update and remove a data set."""
    with frame.show_errors(), st.form("rename", width=560):
        name = st.text_input("Name", data_set.name)
        if st.form_submit_button("Rename"):
            find_catalog().rename(data_set, name)
            st.rerun()
    if data_set.origin == "registered":
        draw_updating(data_set)
    with st.container(border=True, width=560):
        fate = "Its images in the workspace are deleted."
        if data_set.origin in IN_PLACE:
            fate = "The images stay where they are."
        st.markdown(f"**Remove.** {fate} Runs that were trained on it stay.")
        is_sure = st.checkbox("Yes, remove this data set")
        if st.button("Remove", icon=":material/delete:", disabled=not is_sure):
            find_catalog().remove(data_set)
            st.switch_page(frame.DATA_SETS)
