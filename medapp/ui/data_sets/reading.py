"""How a data set's files were read, folded: classes, splits, patients, and what was passed over."""

import streamlit as st

from medapp.data.samples import DataSet
from medapp.ui.shell.frame import escape


def draw_reading(data_set: DataSet) -> None:
    """Draw the fold; nothing for data sets from before this was kept."""
    sentences = data_set.reading.get("sentences", ())
    if not sentences:
        return
    with st.expander("How it was read"):
        st.caption("\n".join(f"- {escape(str(sentence))}" for sentence in sentences))
        st.caption(escape(f"Split: {data_set.split_origin}"))
        passed_over = data_set.reading.get("passed_over", ())
        if passed_over:
            st.dataframe(
                [
                    {"What": kind["kind"], "Files": kind["count"], "Such as": kind["example"]}
                    for kind in passed_over
                ],
                hide_index=True,
            )
