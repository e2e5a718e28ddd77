"""How much a leak flatters, at one click: figures on the split as it is and on the clean one."""

import streamlit as st

from medapp.audit.flattery import Flattery, measure_flattery
from medapp.data.samples import DataSet
from medapp.evaluation.words import write_figure
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog, open_workspace


@st.cache_data(max_entries=20, show_spinner=False)
def _measure(uid: str, state: tuple[int, ...], _data_set: DataSet) -> Flattery:
    with st.spinner("Fitting a probe on both splits; images that no probe has read take longest"):
        return measure_flattery(open_workspace(), _data_set)


def draw_flattery(data_set: DataSet) -> None:
    """Draw the button, and below it the figures once it was pressed."""
    key = f"flattery-{data_set.uid}"
    if st.button("How much does this flatter?", icon=":material/query_stats:", key="flatter"):
        st.session_state[key] = True
    if not st.session_state.get(key):
        return
    with frame.show_errors():
        found = _measure(data_set.uid, find_catalog().read_marks(), data_set)
        _draw(found)


def _draw(found: Flattery) -> None:
    with st.container(border=True, key="flattery"):
        st.markdown(f"**{escape(found.describe())}**")
        if not found.comparisons:
            return
        rows = [
            {
                "Figure": comparison.title,
                "As it stands": write_figure(
                    comparison.standing.value, comparison.standing.interval
                ),
                "Clean split": write_figure(comparison.clean.value, comparison.clean.interval),
            }
            for comparison in found.comparisons
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
        st.caption(escape(found.describe_splits()))
