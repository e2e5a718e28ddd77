"""Data sets: what there is, what is in it, and what to know of it before training.

/data_sets lists them; ?set=ID opens one, &image=ID one image of it; ?add=WAY brings new ones in.
"""

from collections.abc import Sequence

import streamlit as st

from medapp.data.samples import DataSet
from medapp.ui.data_sets.adding import WAYS, draw_adding
from medapp.ui.data_sets.image import draw_image_page
from medapp.ui.data_sets.imports import draw_imports
from medapp.ui.data_sets.page import describe_data_set, draw_data_set
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog

HERE = {"Data sets": (frame.DATA_SETS, dict[str, str]())}


def draw_page() -> None:
    catalog = find_catalog()
    data_sets = catalog.list_data_sets()
    chosen = next((row for row in data_sets if row.id == url.read_number("set")), None)
    number = url.read_number("image")
    sample = catalog.load_sample(chosen, number) if chosen and number else None
    if chosen and sample:
        draw_image_page(chosen, sample, HERE)
    elif chosen:
        draw_data_set(chosen, HERE)
    elif url.read_choice("add", WAYS):
        draw_add_page()
    else:
        draw_list(data_sets)


def draw_list(data_sets: Sequence[DataSet]) -> None:
    summary = f"{len(data_sets):,} in this workspace"
    frame.draw_head("Data sets", summary if data_sets else "Where your images come in")
    draw_imports()
    if not data_sets:
        draw_newcomer()
        return
    for data_set in data_sets:
        draw_row(data_set)
    draw_add_button("secondary")


def draw_row(data_set: DataSet) -> None:
    with st.container(
        border=True, key=f"set-{data_set.id}", horizontal=True, vertical_alignment="center"
    ):
        with st.container(width="stretch", gap="xsmall"):
            st.page_link(
                frame.DATA_SETS,
                label=f"**{frame.escape(data_set.name)}**",
                query_params={"set": str(data_set.id)},
            )
            st.caption(frame.escape(describe_data_set(data_set)))
        if st.button("Train", key=f"train-{data_set.id}", icon=":material/model_training:"):
            st.switch_page(frame.TRAIN, query_params={"data": str(data_set.id)})


def draw_newcomer() -> None:
    words = (
        "Register a folder with one subfolder for each class: it stays where it is and is never"
        " changed. Or begin with the phantom."
    )
    with frame.draw_empty("No images yet", words, "photo_library"):
        draw_add_button("primary")


def draw_add_button(kind: frame.ButtonKind) -> None:
    if st.button("Add a data set", type=kind, icon=":material/add:"):
        url.write("add", "folder")
        st.rerun()


def draw_add_page() -> None:
    frame.draw_head(
        "Add a data set", "Images are read, never changed, and stay on this machine.", HERE
    )
    way = url.read_choice("add", WAYS) or "folder"
    titles = {name: title for name, (title, _) in WAYS.items()}
    st.segmented_control(
        "Where from",
        titles,
        default=way,
        format_func=titles.__getitem__,
        required=True,
        wrap=True,
        **url.bind("add", "", ["path", "upload"]),
    )
    draw_adding(way)


frame.require_app()
draw_page()
