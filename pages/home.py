"""Start: what there is, and the next step."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.progress import UNDER_WAY
from medapp.runs.summary import Summary
from medapp.ui.shell import frame
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import find_catalog, list_summaries
from medapp.ui.shell.steps import draw_steps
from medapp.ui.shell.storage import show_storage

LATEST = 5


def draw_page() -> None:
    data_sets = find_catalog().list_data_sets()
    runs = [run for run in list_summaries() if run.damage is None]
    models = sum(run.has_model for run in runs)
    frame.draw_head(
        "From medical images to a model that shows why",
        "Bring images, fine-tune a pretrained network, classify with a heatmap. Nothing leaves this"
        " machine.",
    )
    draw_steps(len(data_sets), models)
    if not models:
        draw_newcomer()
    if runs:
        draw_latest(runs[:LATEST])
    if (data_sets or runs) and st.button("Storage", type="tertiary", icon=":material/hard_drive:"):
        show_storage()


def draw_newcomer() -> None:
    with st.container(border=True, key="newcomer"):
        st.subheader("New here? See a heatmap within a minute", anchor=False)
        st.markdown(
            f"MedApp draws chest images of a **{frame.SYNTHETIC}**, and trains a quick model on"
            " them. Then click *Predict*."
        )
        draw_first_model_button("try")


def draw_latest(runs: Sequence[Summary]) -> None:
    st.subheader("Latest runs", anchor=False)
    for run in runs:
        is_watched = run.state in UNDER_WAY or not run.has_model
        page, name = (frame.TRAIN, "run") if is_watched else (frame.MODELS, "model")
        with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run.id}"):
            draw_chip(run.state)
            st.page_link(page, label=frame.escape(run.name), query_params={name: run.id})


frame.require_app()
draw_page()
