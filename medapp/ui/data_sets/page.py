"""One data set: its images, its balance, what to know of it, its preprocessing, its name."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from medapp.data.importing.batch import ImportReport
from medapp.data.notes import describe
from medapp.data.samples import UNLABELLED, DataSet, say_splits
from medapp.figures import draw_balance
from medapp.notes import Note
from medapp.task import find_task
from medapp.ui.data_sets.audit import draw_audit
from medapp.ui.data_sets.deriving import draw_deriving
from medapp.ui.data_sets.edits import draw_edits
from medapp.ui.data_sets.gallery import draw_images
from medapp.ui.data_sets.imports import forget_imports
from medapp.ui.data_sets.managing import draw_management
from medapp.ui.data_sets.map import draw_map_view
from medapp.ui.data_sets.preview import draw_preprocess_preview
from medapp.ui.data_sets.reading import draw_reading
from medapp.ui.data_sets.splitting import draw_splitting
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import Parents, escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog

ORIGINS = {
    "registered": "registered in place",
    "uploaded": "copied into the workspace",
    "derived": "derived, nothing copied",
}


def describe_data_set(data_set: DataSet) -> str:
    """A data set in one line."""
    images = find_catalog().count_samples(data_set)
    facts = [
        f"{images:,} images" if images else "no image in use",
        *([_count_classes(data_set)] if data_set.classes else []),
        ORIGINS.get(data_set.origin, data_set.origin),
    ]
    return " · ".join([*facts, frame.SYNTHETIC] if data_set.is_synthetic else facts)


def _count_classes(data_set: DataSet) -> str:
    """The classes, findings or grades in a few words."""
    if data_set.classes == (UNLABELLED,):
        return "without labels"
    task = find_task(data_set.task)
    count = len(data_set.classes)
    shown = (" < " if task.has_order else ", ").join(data_set.classes[:6])
    return f"{count} {task.noun if count == 1 else task.nouns}: {shown}"


def draw_data_set(data_set: DataSet, parents: Parents) -> None:
    """Draw the page of one data set; the address names the view."""
    frame.draw_head(data_set.name, describe_data_set(data_set), parents)
    forget_imports(data_set)
    _draw_report()
    notes = describe(data_set, find_catalog())
    draw_notes(note for note in notes if note.level == "grave")
    views = ["Images", "Map", "Audit", "Edits", "Split", "Preprocess", "Derive", "Manage"]
    view = url.read_choice("view", views) or views[0]
    st.segmented_control(
        "View",
        views,
        default=view,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **url.bind("view", views[0], ["page", "finding"]),
    )
    if view == "Images":
        left, right = frame.draw_columns([3, 1], key="data-set")
        with left:
            draw_images(data_set)
        with right:
            _draw_facts(data_set, notes)
    elif view == "Split":
        draw_splitting(data_set)
    elif view == "Map":
        draw_map_view(data_set)
    elif view == "Audit":
        draw_audit(data_set)
    elif view == "Edits":
        draw_edits(data_set)
    elif view == "Preprocess":
        draw_preprocess_preview(data_set)
        _draw_way_to_training(data_set, "content")
    elif view == "Derive":
        draw_deriving(data_set)
    else:
        draw_management(data_set)


def _draw_facts(data_set: DataSet, notes: Sequence[Note]) -> None:
    catalog = find_catalog()
    is_labelled = data_set.classes != (UNLABELLED,)
    if is_labelled:
        counts = catalog.count_classes(data_set)
        frame.draw_figure(draw_balance(counts, frame.find_theme()), key="balance")
    st.subheader("What to know", anchor=False)
    draw_notes(note for note in notes if note.level != "grave")
    unreadable = catalog.list_unreadable(data_set)
    if unreadable:
        with st.expander(f"{len(unreadable):,} files left out"):
            st.dataframe(
                {
                    "File": [file for file, _ in unreadable],
                    "Reason": [reason for _, reason in unreadable],
                },
                hide_index=True,
            )
    draw_reading(data_set)
    if is_labelled:
        _draw_way_to_training(data_set, "stretch")


def _draw_way_to_training(data_set: DataSet, width: Literal["content", "stretch"]) -> None:
    is_taught = find_catalog().count_splits(data_set)["train"] > 0
    if st.button("Train on this data set", type="primary", width=width, disabled=not is_taught):
        st.switch_page(frame.TRAIN, query_params={"data": str(data_set.id)})


def _draw_report() -> None:
    """What came in, once after a data set was added."""
    report: ImportReport | None = st.session_state.pop("report", None)
    if report is not None:
        splits = escape(say_splits(report.splits))
        unread = ""
        if report.unreadable:
            count = len(report.unreadable)
            unread = f" {count:,} files were left out; they are listed below."
        st.success(
            f"{report.images:,} images came in: {splits}.{unread}", icon=":material/check_circle:"
        )
