"""The log of a data set's edits: what, when and why; each can be undone."""

from collections.abc import Sequence

import streamlit as st

from medapp.data.edits import Edit, list_edits, undo_edits
from medapp.data.samples import DataSet
from medapp.ui.data_sets.finding import draw_undo
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog


def draw_edits(data_set: DataSet) -> None:
    """Draw the log, newest first; rows that are chosen in it can be undone together."""
    log = list_edits(find_catalog(), data_set)
    if not log:
        st.info(
            "Nothing was edited yet. Select images in the gallery, or open one, to leave it out,"
            " relabel it, move it to another split or note something. Files are never changed."
        )
        return
    with frame.show_errors():
        draw_undo(data_set)
    st.caption("Files are never changed. Choose rows on the left to undo them.")
    picked = st.dataframe(
        tabulate(log),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"log-{len(log)}-{sum(edit.is_undone for edit in log)}",
        alt="The log of edits",
    )
    chosen = [log[row] for row in picked.selection.rows if not log[row].is_undone]
    title = f"Undo {len(chosen):,} chosen" if chosen else "Undo the chosen"
    if st.button(title, icon=":material/undo:", disabled=not chosen, key="undo-chosen"):
        with frame.show_errors():
            undo_edits(find_catalog(), data_set, [edit.id for edit in chosen])
            st.rerun()


def draw_history(data_set: DataSet, sample_id: int) -> None:
    """Draw what was edited of one image, each with the button that undoes it."""
    for edit in list_edits(find_catalog(), data_set, sample_id):
        with st.container(horizontal=True, vertical_alignment="center", key=f"line-{edit.id}"):
            words = [edit.describe(), edit.reason, _say_time(edit), "undone" * edit.is_undone]
            st.caption(frame.escape(" · ".join(filter(None, words))))
            if not edit.is_undone and st.button("Undo", type="tertiary", key=f"undo-{edit.id}"):
                with frame.show_errors():
                    undo_edits(find_catalog(), data_set, [edit.id])
                    st.rerun()


def tabulate(log: Sequence[Edit]) -> dict[str, list[str]]:
    """The log as columns of texts."""
    return {
        "When (UTC)": [_say_time(edit) for edit in log],
        "Image": [edit.name for edit in log],
        "What": [edit.describe() for edit in log],
        "Why": [edit.reason for edit in log],
        "State": ["undone" if edit.is_undone else "" for edit in log],
    }


def _say_time(edit: Edit) -> str:
    return edit.made[:16].replace("T", " ")
