"""Train: choose data, source and strategy, see what it will cost, start, and watch.

?data=ID chooses a data set, &begin=PRESET, &begin=run:ID or &begin=from:ID what the form begins
with; ?run=ID shows a run.
"""

from collections.abc import Sequence

import streamlit as st

from medapp.data.preprocessing import load_preprocess
from medapp.data.samples import DataSet
from medapp.imaging.preprocess import Preprocess
from medapp.runs.progress import UNDER_WAY
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.training.objectives.table import DEFAULT
from medapp.training.recipe import DataChoice
from medapp.ui.data_sets.preview import draw_augmentation_preview, draw_preprocess_preview
from medapp.ui.models.cards import draw_quality
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.heads import draw_further_heads
from medapp.ui.shell.server import find_catalog, follow_run, list_summaries, open_run
from medapp.ui.shell.words import state_run
from medapp.ui.train.beginning import (
    Beginning,
    draw_again_button,
    draw_beginning,
    draw_data_set,
    draw_onward_button,
)
from medapp.ui.train.faults import Faults
from medapp.ui.train.further_sets import draw_further_sets
from medapp.ui.train.one_click import draw_one_click
from medapp.ui.train.queue import draw_queue
from medapp.ui.train.recipe_form import draw_settings_form, name_augmentation
from medapp.ui.train.settings import draw_settings as draw_run_settings
from medapp.ui.train.sources import draw_source_form
from medapp.ui.train.start import draw_start
from medapp.ui.train.status import draw_status
from medapp.ui.train.watching import draw_course, draw_live_panel
from medapp.ui.train.which_rate import draw_which_rate
from medapp.ui.train.which_source import draw_which_source


def draw_page() -> None:
    runs = [run for run in list_summaries() if run.damage is None]
    watched = url.read_choice("run", {run.id for run in runs})
    data_sets = find_catalog().list_data_sets()
    if watched:
        draw_run(open_run(watched))
        draw_queue([run for run in runs if run.id != watched])
    elif data_sets:
        draw_form(data_sets, runs)
    else:
        draw_newcomer()


def draw_run(run: Run) -> None:
    frame.draw_head(run.name, state_run(run), {"Train": (frame.TRAIN, {})})
    if run.state in UNDER_WAY:
        draw_live_panel(run)
    else:
        draw_end(run)
    # Settings never change, so they stay out of what is redrawn.
    with frame.show_errors(), st.expander("Settings", icon=":material/tune:"):
        draw_run_settings(run)


def draw_end(run: Run) -> None:
    """What came of a run: how good its model is, what to do next, then how it learned."""
    draw_status(run, run.state, follow_run(run).read())
    if run.has_model:
        draw_quality(run)
        draw_further_heads(run)
    with st.container(horizontal=True):
        if run.has_model and st.button(
            "Predict with this model", type="primary", icon=":material/biotech:"
        ):
            st.switch_page(frame.PREDICT, query_params={"by": run.id})
        if run.has_model and st.button("See the model", icon=":material/deployed_code:"):
            st.switch_page(frame.MODELS, query_params={"model": run.id})
        draw_onward_button(run)
        draw_again_button(run)
    st.subheader("How it learned", anchor=False)
    draw_course(run)


def draw_form(data_sets: Sequence[DataSet], runs: Sequence[Summary]) -> None:
    frame.draw_head(
        "Train a model", "Choose the images, what to start from, and how much may learn."
    )
    draw_queue(runs)
    left, right = frame.draw_columns([2.6, 1], key="train")
    faults = Faults()
    with left:
        data_set = draw_data_set(data_sets)
        faults.add_field("data", "Data set")
        draw_one_click(data_set, is_alone=False)
        beginning = draw_beginning(data_set, runs)
        values = draw_settings(data_set, data_sets, beginning, faults)
    with right:
        draw_start(values, data_set, faults)


def draw_settings(
    data_set: DataSet, data_sets: Sequence[DataSet], beginning: Beginning, faults: Faults
) -> dict[str, object]:
    """The form; gives the recipe's settings."""
    source = draw_source_form(beginning, faults)
    draw_which_source(data_set, f"{beginning.key}-source")
    values = draw_settings_form(beginning, faults)
    # Below the field of the rate; what it tries are all settings of the form.
    place_of_rate = st.container()
    further, others = draw_further_sets(data_set, data_sets, beginning, faults)
    size = values.pop("image_size")
    known = {k: v for k, v in beginning.values.items() if k in Preprocess.model_fields}
    kept = {} if beginning.is_run else load_preprocess(data_set).model_dump()
    start = Preprocess(**kept | known | {"image_size": size})
    with st.expander("Preprocess: from file to square", icon=":material/crop:"):
        key = beginning.key if beginning.is_run else None
        preprocess = draw_preprocess_preview(data_set, start, key)
    with st.expander("Augmentation: how training images vary", icon=":material/animation:"):
        shown = name_augmentation(values["strategy"], values["augmentation"])
        draw_augmentation_preview(data_set, shown, preprocess)
    choice = DataChoice(id=data_set.uid, name=data_set.name, only=dict(beginning.only))
    if values["objective"] != DEFAULT:
        # Two objectives are refused, and neither is left out in silence.
        further.pop("objective", None)
    data = {"data": {"choices": (choice, *others)}, "preprocess": preprocess}
    chosen = {**values, **source, **further, **data}
    with place_of_rate:
        draw_which_rate(data_set, chosen, f"{beginning.key}-learning_rate")
    return chosen


def draw_newcomer() -> None:
    frame.draw_head("Train a model", "A model learns from a data set, and there is none yet.")
    words = (
        "Add a data set of your own, or begin with the phantom: one click makes images and trains a"
        " quick model."
    )
    with frame.draw_empty("First, images", words, "photo_library"):
        draw_first_model_button("try")
        if st.button("Add a data set"):
            st.switch_page(frame.DATA_SETS, query_params={"add": "folder"})


frame.require_app()
draw_page()
