"""One click from an empty workspace to a model: a quick linear probe on the phantom data set."""

import streamlit as st

from medapp.phantom.data_set import add_phantom
from medapp.runs.making import create_run, list_runs
from medapp.runs.run import Run
from medapp.training.recipe import DataChoice, build_recipe
from medapp.training.recipe.presets import PRESETS
from medapp.ui.shell.frame import TRAIN, ButtonKind, show_progress
from medapp.ui.shell.server import find_catalog, open_workspace


def draw_first_model_button(key: str, kind: ButtonKind = "primary") -> None:
    """Draw the button; a click makes the phantom images, queues the run, and opens its page."""
    if st.button("Try it on phantom images", type=kind, icon=":material/play_circle:", key=key):
        st.switch_page(TRAIN, query_params={"run": start_first_model().id})


def draw_ways_to_model(key: str) -> None:
    """Draw what leads to a first model: where there are images, training on them comes first."""
    if not find_catalog().list_data_sets():
        draw_first_model_button(key)
        return
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button(
            "Train a model", type="primary", icon=":material/model_training:", key=f"{key}-train"
        ):
            st.switch_page(TRAIN)
        draw_first_model_button(key, "secondary")


def start_first_model() -> Run:
    """A run on the phantom data set, which is made where it is missing: a known one, else new."""
    workspace = open_workspace()
    with show_progress("Making phantom images") as show:
        data_set = add_phantom(workspace, on_progress=show).data_set
    choice = DataChoice(id=data_set.uid, name=data_set.name)
    recipe = build_recipe({**PRESETS["quick-look"].values, "data": {"choices": (choice,)}})
    known = [run for run in list_runs(workspace) if run.recipe == recipe and run.state != "failed"]
    return known[0] if known else create_run(workspace, recipe)
