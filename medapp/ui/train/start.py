"""What a run will be, in numbers, and the button that starts it."""

from collections.abc import Mapping

import streamlit as st

from medapp.runs.making import create_run
from medapp.runs.plan import Plan, plan_run
from medapp.runs.progress import format_seconds
from medapp.training.recipe import build_settings
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_workspace

# What the images of a split are called.
NAMES = {"train": "training", "validation": "validation", "test": "test"}


def draw_start(values: Mapping[str, object]) -> None:
    """Draw the plan for a recipe of these settings; the button queues the run and goes there.

    Raises:
        MedAppError: the settings do not go together.
    """
    name = st.text_input("Name of the run", placeholder="made from strategy and data set")
    recipe, machine = build_settings(values)
    plan = plan_run(open_workspace(), recipe, machine)
    with st.container(border=True):
        _draw_plan(plan)
    if st.button("Start", type="primary", width="stretch", icon=":material/play_arrow:"):
        run = create_run(open_workspace(), recipe, machine, name or None)
        st.switch_page(frame.TRAIN, query_params={"run": run.id})


def _draw_plan(plan: Plan) -> None:
    origin = "measured on this machine" if plan.is_measured else "a rule of thumb"
    duration = format_seconds(plan.seconds)
    st.metric("Estimated time", duration, origin, delta_color="off", delta_arrow="off")
    needed, free = (f"{size / 2**30:.1f} GB" for size in (plan.memory_bytes, plan.free_bytes))
    st.metric("Memory, about", needed, f"{free} free now", delta_color="off", delta_arrow="off")
    if plan.memory_bytes > plan.free_bytes:
        st.warning(
            "More than is free: batches will be computed in parts, which is slower. A smaller"
            " batch or image size needs less."
        )
    counts = [f"{count:,} {NAMES[split]} images" for split, count in plan.counts.items()]
    st.markdown("  \n".join(counts))
    st.caption("The test split is read once, at the end.")
