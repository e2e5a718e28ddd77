"""Start: what there is, and the next step."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.summary import Summary
from medapp.studies.folds import list_studies
from medapp.ui.shell import frame
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.counting import count_models
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import (
    find_catalog,
    follow_run,
    list_summaries,
    open_run,
    open_workspace,
)
from medapp.ui.shell.steps import draw_steps
from medapp.ui.shell.storage import show_storage
from medapp.ui.shell.words import state_course
from medapp.ui.train.beginning import find_newest
from medapp.ui.train.one_click import draw_one_click
from medapp.ui.train.status import state_pace

LATEST = 5


def draw_page() -> None:
    data_sets = find_catalog().list_data_sets()
    runs = [run for run in list_summaries() if run.damage is None]
    models = sum(run.is_trained for run in runs)
    frame.draw_head(
        "From medical images to a model that shows why",
        "Bring images, fine-tune a pretrained network, classify with a heatmap. Nothing leaves this"
        " machine.",
    )
    studies = [study.runs for study in list_studies(open_workspace())]
    counted = count_models([run.id for run in runs if run.is_trained], studies)
    draw_steps(len(data_sets), models, counted)
    if data_sets and not models and not any(run.is_under_way for run in runs):
        draw_one_click(find_newest(data_sets), is_alone=True)
    if not data_sets:
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
        page, name = (frame.MODELS, "model") if run.is_trained else (frame.TRAIN, "run")
        with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run.id}"):
            draw_chip(run.state)
            st.page_link(page, label=frame.escape(run.name), query_params={name: run.id})
            st.caption(frame.escape(state_progress(run)))


def state_progress(run: Summary) -> str:
    """What a run under way does now, or what came of one that has ended."""
    if run.is_under_way:
        return state_pace(follow_run(open_run(run.id)).read())
    return state_course(run)


frame.require_app()
draw_page()
