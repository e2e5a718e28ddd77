"""Start: what there is, and the next step."""

import streamlit as st

from medapp.runs.progress import UNDER_WAY
from medapp.runs.run import Run, list_runs
from medapp.ui.shell import frame
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import find_catalog, open_workspace
from medapp.ui.shell.storage import show_storage
from medapp.ui.train.live_panel import draw_chip

frame.require_app()

STEPS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    (
        "Bring images",
        "A folder with a subfolder per class, a zip, or loose files.",
        "Add a data set",
        frame.DATA_SETS,
        {"add": "folder"},
    ),
    (
        "Train",
        "Choose what to start from and how much may learn. Watch the curves move.",
        "Train a model",
        frame.TRAIN,
        {},
    ),
    (
        "Predict",
        "Probabilities for new images, and a heatmap of what spoke for a class.",
        "Predict",
        frame.PREDICT,
        {},
    ),
)


def draw_steps(next_step: int, has_data: bool, counts: tuple[str, str, str]) -> None:
    for place, (title, text, action, page, parameters) in enumerate(STEPS):
        with columns[place].container(border=True, height="stretch", key=f"step-{place}"):
            st.subheader(f"{place + 1} · {title}", anchor=False)
            st.markdown(text)
            st.caption(counts[place])
            st.space("stretch")  # the buttons of the three stand on one line
            kind: frame.ButtonKind = "primary" if place == next_step and has_data else "secondary"
            if st.button(
                action, key=f"go-{place}", type=kind, width="stretch", disabled=place > next_step
            ):
                st.switch_page(page, query_params=parameters)


def draw_newcomer() -> None:
    with st.container(border=True, key="newcomer"):
        st.subheader("New here? See a heatmap within a minute", anchor=False)
        st.markdown(
            f"MedApp draws chest images of a **{frame.SYNTHETIC}**, and trains a quick model on"
            " them. Then click *Predict*."
        )
        draw_first_model_button("try")


def draw_latest(runs: list[Run]) -> None:
    st.subheader("Latest runs", anchor=False)
    for run in runs[:5]:
        state = run.state
        page, name = (
            (frame.TRAIN, "run")
            if state in UNDER_WAY or not run.has_model
            else (frame.MODELS, "model")
        )
        with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run.id}"):
            draw_chip(state)
            st.page_link(page, label=frame.escape(run.name), query_params={name: run.id})


data_sets, runs = find_catalog().list_data_sets(), list_runs(open_workspace())
models = sum(run.has_model for run in runs)
frame.draw_head(
    "From medical images to a model that shows why",
    "Bring images, fine-tune a pretrained network, classify with a heatmap. Nothing leaves this"
    " machine.",
)
columns = st.columns(3)
count = (
    f"{len(data_sets):,} data set{'s' * (len(data_sets) != 1)}",
    f"{models:,} model{'s' * (models != 1)}",
    "Research use only",
)
draw_steps(0 if not data_sets else 1 if not models else 2, bool(data_sets), count)
if not models:
    draw_newcomer()
if runs:
    draw_latest(runs)
if (data_sets or runs) and st.button("Storage", type="tertiary", icon=":material/hard_drive:"):
    show_storage()
