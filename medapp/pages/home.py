"""Start: what there is, and the next step."""

import streamlit as st

from medapp.runs.folder import list_runs
from medapp.ui import frame
from medapp.ui.first_model import draw_first_model_button
from medapp.ui.live_panel import draw_chip
from medapp.ui.server import find_catalog, open_workspace
from medapp.ui.standing import UNDER_WAY

data_sets = find_catalog().list_data_sets()
runs = list_runs(open_workspace())
models = [run for run in runs if run.has_model]

frame.draw_head("From medical images to a model that shows why", "Bring images, fine-tune a pretrained network, classify with a heatmap. Nothing leaves this machine.")

steps = [
    ("1", "Bring images", "A folder with one subfolder per class, a zip of one, or loose files.", frame.DATA_SETS, "Add a data set", {"add": "folder"}, data_sets, "data set"),
    ("2", "Train", "Choose what to start from and how much may learn. Watch the curves move.", frame.TRAIN, "Train a model", {}, models, "model"),
    ("3", "Predict", "Probabilities for new images, and a heatmap of what spoke for a class.", frame.PREDICT, "Predict", {}, [], ""),
]
next_step = 0 if not data_sets else 1 if not models else 2
for place, (column, (number, title, text, page, action, parameters, found, word)) in enumerate(zip(st.columns(3), steps, strict=True)):
    with column.container(border=True, height="stretch", key=f"step-{number}"):
        st.subheader(f"{number} · {title}", anchor=False)
        st.markdown(text)
        st.caption(f"{len(found):,} {word}{'s' * (len(found) != 1)}" if word else "Research use only")
        if st.button(action, key=f"go-{number}", type="primary" if place == next_step and data_sets else "secondary", width="stretch", disabled=place > next_step):
            st.switch_page(page, query_params=parameters)

if not models:
    with st.container(border=True, key="newcomer"):
        st.subheader("New here? See a heatmap within a minute", anchor=False)
        st.markdown("MedApp draws chest images of a **synthetic phantom, not a patient**, and trains a quick model on them. Then click *Predict*.")
        draw_first_model_button("try")

if runs:
    st.subheader("Latest runs", anchor=False)
    for run in runs[:5]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run.id}"):
            draw_chip(run.state)
            page, name = (frame.TRAIN, "run") if run.state in UNDER_WAY or not run.has_model else (frame.MODELS, "model")
            st.page_link(page, label=frame.escape(run.name), query_params={name: run.id})
