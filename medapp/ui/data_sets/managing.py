"""What can be done with a data set: rename, say what is asked of its images, update, remove."""

import streamlit as st

from medapp.data.samples import IN_PLACE, DataSet
from medapp.runs.needed import remove_data_set
from medapp.task import TASKS, find_task
from medapp.ui.data_sets.naming import draw_name
from medapp.ui.data_sets.updating import draw_updating
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog


def draw_management(data_set: DataSet) -> None:
    """Draw the forms that rename a data set, set its task, update and remove it."""
    with frame.show_errors(), st.container(border=True, width=560):
        name = draw_name("Name", data_set.name, f"rename-{data_set.uid}", data_set)
        if st.button("Rename", disabled=name is None) and name:
            find_catalog().rename(data_set, name)
            st.rerun()
    with st.container(border=True, width=560):
        _draw_task(data_set)
    if data_set.origin == "registered":
        draw_updating(data_set)
    with st.container(border=True, width=560):
        fate = "Its images in the workspace are deleted."
        if data_set.origin in IN_PLACE:
            fate = "The images stay where they are."
        st.markdown(f"**Remove.** {fate} Runs that were trained on it stay.")
        is_sure = st.checkbox("Yes, remove this data set")
        if st.button("Remove", icon=":material/delete:", disabled=not is_sure):
            with frame.show_errors():
                remove_data_set(find_catalog(), data_set)
                st.switch_page(frame.DATA_SETS)


def _draw_task(data_set: DataSet) -> None:
    """Draw what is asked of each image, and the order of grades."""
    now = find_task(data_set.task)
    st.markdown("**What is asked of each image.** Runs keep the task that they learned.")
    tasks = list(TASKS)
    name = st.selectbox(
        "Task",
        tasks,
        tasks.index(data_set.task),
        format_func=lambda task: TASKS[task].title,
        key=f"task-{data_set.id}",
    )
    chosen = TASKS[name]
    st.caption(chosen.help)
    order = None
    if chosen.has_order:
        known = " < ".join(data_set.classes) if now.has_order else ""
        written = st.text_input(
            "Grades, the lowest first",
            known,
            placeholder="none < mild < severe; empty: as their names tell",
            key=f"grades-{data_set.id}",
        )
        order = [grade.strip() for grade in written.split("<")] if written.strip() else None
    with frame.show_errors():
        if st.button("Set", disabled=name == data_set.task and not chosen.has_order):
            find_catalog().set_task(data_set, name, order)
            st.rerun()
    divider = " < " if now.has_order else ", "
    st.caption(f"Now: {escape(now.title)}, {escape(divider.join(data_set.classes))}")
