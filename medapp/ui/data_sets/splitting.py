"""Who trains, who validates, who tests: where the split comes from, and drawing it anew."""

import streamlit as st

from medapp.data.edits import MOVE
from medapp.data.facts import count_edited
from medapp.data.patient_sizes import count_patients, describe_sizes
from medapp.data.samples import NO_SPLIT, SPLITS, DataSet
from medapp.data.splits.cleaning import make_clean_split
from medapp.data.splits.redrawing import redraw_split
from medapp.task import find_task
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog


def draw_splitting(data_set: DataSet) -> None:
    """Draw the split of a data set, and the form that draws it anew."""
    left, right = frame.draw_columns([1, 1], key="split")
    with left:
        st.markdown(escape(data_set.split_origin))
        if find_catalog().count_splits(data_set).get(NO_SPLIT):
            return
        moved = count_edited(find_catalog(), data_set).get(MOVE, 0)
        if moved:
            st.caption(f"Images moved to another split since: {moved:,}.")
        _draw_counts(data_set)
    with right:
        with frame.show_errors():
            _draw_cleaning(data_set)
        _draw_form(data_set)


def _draw_counts(data_set: DataSet) -> None:
    counts = find_catalog().count_classes(data_set)
    task = find_task(data_set.task)
    rows = [
        {task.noun.capitalize(): label} | {split: counts[split].get(label, 0) for split in SPLITS}
        for label in data_set.classes
    ]
    if task.has_several:
        # An image may count for several findings, or for none.
        rows.append({task.noun.capitalize(): "all images"} | find_catalog().count_splits(data_set))
    st.dataframe(rows, hide_index=True, alt=f"Images by {task.noun} and split")
    _draw_patients(data_set)


def _draw_patients(data_set: DataSet) -> None:
    """Draw how many patients each split has, and how many images each of them has there."""
    images = find_catalog().count_splits(data_set)
    sizes = count_patients(find_catalog(), data_set)
    if not any(sizes.values()):
        return
    rows = [
        {
            "Split": split,
            "Images": images[split],
            "Patients": sizes[split].total(),
            "Images a patient": describe_sizes(sizes[split]),
        }
        for split in SPLITS
    ]
    st.dataframe(rows, hide_index=True, alt="Images and patients by split")


def _draw_cleaning(data_set: DataSet) -> None:
    with st.container(border=True, width=560):
        st.markdown(
            "**Make a clean split.** The fewest images move, so that copies, and images of one"
            " patient, stand in one split. The rest stays as it was published; each move can be"
            " undone."
        )
        if st.button("Make a clean split", icon=":material/call_split:", key="clean-split"):
            cleaning = make_clean_split(find_catalog(), data_set)
            st.session_state["cleaned"] = (data_set.uid, cleaning.describe())
            st.rerun()
        uid, said = st.session_state.get("cleaned", ("", ""))
        if uid == data_set.uid:
            st.success(escape(said), icon=":material/check_circle:")


def _draw_form(data_set: DataSet) -> None:
    with frame.show_errors(), st.form("split", width=560):
        st.markdown("**Draw the split anew.** 70% train, 15% validation, 15% test, by label.")
        seed = st.number_input(
            "Seed", 0, 10**6, 0, help="Another seed draws another split; the same draws it again."
        )
        times = "once" if data_set.draws == 1 else f"{data_set.draws:,} times"
        st.caption(
            "Copies and images of one patient stay together; a published split is given up. Runs"
            f" keep the split that they learned with. This split was drawn {times} so far: choosing"
            " among drawings by their figures flatters, so each is counted and said."
        )
        if st.form_submit_button("Draw", icon=":material/shuffle:"):
            redraw_split(find_catalog(), data_set, int(seed))
            st.rerun()
