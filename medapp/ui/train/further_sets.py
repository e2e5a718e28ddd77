"""Further labelled data sets that a run learns from, each with a head and classes of its own."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.training.recipe import DataChoice
from medapp.ui.shell.frame import escape
from medapp.ui.train.beginning import Beginning
from medapp.ui.train.faults import Faults

OBJECTIVE = "several-tasks"


def draw_sources_form(
    data_set: DataSet, data_sets: Sequence[DataSet], beginning: Beginning, faults: Faults
) -> tuple[dict[str, Any], tuple[DataChoice, ...]]:
    """Draw the choice; gives the settings that follow from it, and the sources."""
    others = {other.uid: other for other in data_sets if other.uid != data_set.uid}
    if not others:
        return {}, ()
    asked = [uid for uid in beginning.sources if uid in others]
    with st.expander(
        "More data sets: learn from several at once",
        expanded=bool(asked),
        icon=":material/library_add:",
    ):
        chosen = st.multiselect(
            "Also learn from",
            list(others),
            asked,
            format_func=lambda uid: others[uid].name,
            placeholder="this data set alone",
            help="One backbone learns from all of them, and each data set has classes of its own,"
            " so they need not ask the same. Small data sets are seen more often than their size"
            " says.",
            key=f"{beginning.key}-sources",
            persist_state="session",
        )
        faults.add_field("sources", "Also learn from")
        if not chosen:
            return {}, ()
        st.caption(
            escape(
                f"Validation and test stay those of {data_set.name}. Whether the others helped,"
                f" only a run on {data_set.name} alone tells, beside this one under Compare. The"
                " model of each data set is kept in the run's folder."
            )
        )
    sources = (DataChoice(id=uid, name=others[uid].name, role="source") for uid in chosen)
    return {"objective": OBJECTIVE}, tuple(sources)
