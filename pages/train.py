"""Train: choose data, source and strategy, see what it will cost, start, and watch.

?data=ID chooses a data set; ?run=ID shows a run.
"""

import streamlit as st

from medapp.data.samples import DataSet
from medapp.runs.plan import plan_run
from medapp.runs.progress import UNDER_WAY, format_seconds
from medapp.runs.run import Run, create_run, list_runs
from medapp.training.recipe.recipe import build_recipe
from medapp.ui.data_sets.preview import draw_augmentation_preview, draw_preprocess_preview
from medapp.ui.models.run_view import draw_figures, state_recipe
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import find_catalog, open_workspace
from medapp.ui.train.live_panel import draw_chip, draw_live_panel
from medapp.ui.train.recipe_form import PRESETS, draw_settings_form
from medapp.ui.train.sources import draw_source_form

frame.require_app()


def draw_run(run: Run) -> None:
    frame.draw_head(run.name, state_recipe(run), {"Train": (frame.TRAIN, {})})
    draw_live_panel(run)
    if run.state not in UNDER_WAY and run.has_model:
        draw_figures(run)
        with st.container(horizontal=True):
            if st.button("Predict with this model", type="primary", icon=":material/biotech:"):
                st.switch_page(frame.PREDICT, query_params={"by": run.id})
            if st.button("See the model", icon=":material/deployed_code:"):
                st.switch_page(frame.MODELS, query_params={"model": run.id})
    draw_queue([other for other in runs if other.id != run.id])


def draw_queue(others: list[Run]) -> None:
    waiting = [run for run in others if run.state in UNDER_WAY]
    if waiting:
        st.subheader("Under way and waiting", anchor=False)
    for run in reversed(waiting):
        with st.container(horizontal=True, vertical_alignment="center", key=f"queued-{run.id}"):
            draw_chip(run.state)
            st.page_link(frame.TRAIN, label=frame.escape(run.name), query_params={"run": run.id})


def draw_form(data_sets: list[DataSet]) -> None:
    frame.draw_head(
        "Train a model", "Choose the images, what to start from, and how much may learn."
    )
    draw_queue(runs)
    left, right = frame.split([2.6, 1], key="train")
    with left:
        given = url.read_number("data")
        place = next((i for i, d in enumerate(data_sets) if d.id == given), 0)
        data_set = st.selectbox("Data set", data_sets, place, format_func=lambda d: d.name)
        url.write("data", data_set.id)
        preset = str(
            st.segmented_control(
                "Begin with",
                list(PRESETS),
                default="Quick look",
                required=True,
                wrap=True,
                key="preset",
            )
        )
        st.caption(PRESETS[preset].help)
        source = draw_source_form(preset)
        values = draw_settings_form(preset)
        with st.expander("Preprocess: from file to square", icon=":material/crop:"):
            preprocess = draw_preprocess_preview(data_set, values["image_size"])
        with st.expander("Augmentation: how training images vary", icon=":material/animation:"):
            draw_augmentation_preview(
                data_set, values["augmentation"], values["image_size"], preprocess
            )
    with right, frame.show_errors():
        draw_start({**values, **source, "dataset": data_set.name, "preprocess": preprocess})


def draw_start(values: dict[str, object]) -> None:
    """What the run will be, in numbers, and the button."""
    name = st.text_input("Name of the run", placeholder="made from strategy and data set")
    recipe = build_recipe(values)
    plan = plan_run(open_workspace(), recipe)
    with st.container(border=True):
        origin = "measured on this machine" if plan.is_measured else "a rule of thumb"
        st.metric(
            "Estimated time",
            format_seconds(plan.seconds),
            origin,
            delta_color="off",
            delta_arrow="off",
        )
        needed, free = (f"{size / 2**30:.1f} GB" for size in (plan.memory_bytes, plan.free_bytes))
        st.metric("Memory, about", needed, f"{free} free now", delta_color="off", delta_arrow="off")
        if plan.memory_bytes > plan.free_bytes:
            st.warning(
                "More than is free: batches will be computed in parts, which is slower. A smaller"
                " batch or image size needs less."
            )
        st.markdown("  \n".join(f"{count:,} {side} images" for side, count in plan.counts.items()))
        st.caption("The test part is read once, at the end.")
    if st.button("Start", type="primary", width="stretch", icon=":material/play_arrow:"):
        st.switch_page(
            frame.TRAIN, query_params={"run": create_run(open_workspace(), recipe, name or None).id}
        )


runs = list_runs(open_workspace())
watched = url.read_choice("run", {run.id for run in runs})
data_sets = find_catalog().list_data_sets()
if watched:
    draw_run(next(run for run in runs if run.id == watched))
elif data_sets:
    draw_form(data_sets)
else:
    frame.draw_head("Train a model", "A model learns from a data set, and there is none yet.")
    words = (
        "Add a data set of your own, or begin with the phantom: one click makes images and trains a"
        " quick model."
    )
    with frame.draw_empty("First, images", words, "photo_library"):
        draw_first_model_button("try")
        if st.button("Add a data set"):
            st.switch_page(frame.DATA_SETS, query_params={"add": "folder"})
