"""Who trains, who validates, who tests: where the split comes from, copies, and drawing it anew."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medapp.data.copies import CopyGroup, list_copies
from medapp.data.redrawing import find_near_copies, redraw_split
from medapp.data.samples import SPLITS, DataSet
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog


def draw_splitting(data_set: DataSet) -> None:
    """Draw the split of a data set with its copies, and the form that draws it anew."""
    left, right = frame.draw_columns([1, 1], key="split")
    with left:
        st.subheader("Split", anchor=False)
        st.markdown(escape(data_set.split_origin))
        _draw_counts(find_catalog().count_classes(data_set))
        _draw_form(data_set)
    with right:
        st.subheader("Copies", anchor=False)
        _draw_copies(data_set)


def _draw_counts(counts: Mapping[str, Mapping[str, int]]) -> None:
    classes = sorted({label for by_class in counts.values() for label in by_class})
    rows = [
        {"Class": label} | {split: counts.get(split, {}).get(label, 0) for split in SPLITS}
        for label in classes
    ]
    st.dataframe(rows, hide_index=True, alt="Images by class and split")


def _draw_form(data_set: DataSet) -> None:
    with frame.show_errors(), st.form("split", width=560):
        st.markdown("**Draw the split anew.** 70% train, 15% validation, 15% test, by class.")
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


def _draw_copies(data_set: DataSet) -> None:
    samples = find_catalog().load_samples(data_set)
    unchecked = sum(sample.fingerprint is None for sample in samples)
    if unchecked:
        st.markdown(
            f"{unchecked:,} images were added by an older MedApp, which did not look for copies in"
            " another format, size or quality."
        )
        if st.button("Look for them", icon=":material/search:"):
            find_near_copies(find_catalog(), data_set, frame.show_progress("Comparing images"))
            st.rerun()
    groups = list_copies(samples)
    if not groups:
        st.markdown("No image is a copy of another.")
        return
    leaks = sum(group.is_leak for group in groups)
    contradictions = sum(len(group.labels) > 1 for group in groups)
    st.markdown(
        f"{len(groups):,} groups of copies: {leaks:,} with a test image that also trains or"
        f" validates, {contradictions:,} under more than one class. These come first."
    )
    st.dataframe(_list_rows(groups), hide_index=True, alt="Images that are copies of one another")


def _list_rows(groups: Sequence[CopyGroup]) -> list[dict[str, object]]:
    return [
        {
            "Group": number,
            "File": sample.name,
            "Split": sample.split,
            "Class": sample.label,
            "Copy": "same bytes" if group.is_exact else "near",
        }
        for number, group in enumerate(groups, start=1)
        for sample in group.samples
    ]
