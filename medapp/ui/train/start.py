"""What a run will be, in numbers, and the button that starts it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.runs.making import check_name, create_run
from medapp.runs.plan import Plan, plan_run
from medapp.runs.progress import format_seconds
from medapp.studies.folds import create_folds
from medapp.training.recipe import Machine, Recipe, build_settings
from medapp.training.recipe.command import write_command
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import list_summaries, open_workspace
from medapp.ui.train.faults import Faults

STARTED = "train-started"  # how many runs this session started
# What the images of a split are called.
NAMES = {"train": "training", "validation": "validation", "test": "test"}


def draw_start(values: Mapping[str, Any], data_set: DataSet, faults: Faults) -> None:
    """Draw the plan for a recipe of these settings; the button queues the run and goes there.

    The button is always there: where the settings do not go together, it cannot be pressed and says
    why, and the field that causes it says so too.
    """
    # A name stays whatever the settings begin with. Once a run was started, its name is taken, and
    # the field is a new one.
    started = st.session_state.get(STARTED, 0)
    name = st.text_input(
        "Name of the run",
        placeholder="made from strategy and data set",
        key=f"name-{data_set.uid}-{started}",
        persist_state="session",
    ).strip()
    faults.add_field("name", "Name of the run")
    said = ""
    # The button stays at its place, whether there is a plan above it or not.
    place = st.container()
    try:
        if name:
            check_name(name, list_summaries())
        recipe, machine = build_settings(values)
        plan = plan_run(open_workspace(), recipe, machine)
        with place:
            draw_notes(plan.notes)
            with st.container(border=True):
                _draw_plan(plan, recipe.data.folds)
    except MedAppError as error:
        said = faults.show(error)
    is_pressed = st.button(
        "Start",
        key="start",
        type="primary",
        width="stretch",
        icon=":material/play_arrow:",
        disabled=bool(said),
        help=frame.escape(said) or None,
    )
    if said:
        st.error(frame.escape(said), icon=":material/block:")
        return
    if is_pressed:
        st.session_state[STARTED] = started + 1
        _start(recipe, machine, name or None)
    with st.expander("The same as a command", icon=":material/terminal:"):
        draw_command(recipe, machine, data_set.name)


def _start(recipe: Recipe, machine: Machine, name: str | None) -> None:
    """Queue the run, or a run for each fold, and go there."""
    if recipe.data.folds:
        study = create_folds(open_workspace(), recipe, machine, name)
        st.switch_page(frame.MODELS, query_params={"study": study.id})
    run = create_run(open_workspace(), recipe, machine, name)
    st.switch_page(frame.TRAIN, query_params={"run": run.id})


def draw_command(recipe: Recipe, machine: Machine, data_set: str) -> None:
    """Draw the command that asks for a recipe in a shell, to copy."""
    with frame.show_errors():
        st.code(write_command(recipe, machine, data_set), language="bash", wrap_lines=True)


def _draw_plan(plan: Plan, folds: int) -> None:
    origin = "measured on this machine" if plan.is_measured else "a rule of thumb"
    duration = format_seconds(plan.estimate_folds(folds))
    st.metric("Estimated time", duration, origin, delta_color="off", delta_arrow="off")
    needed, free = (f"{size / 2**30:.1f} GB" for size in (plan.memory_bytes, plan.free_bytes))
    st.metric("Memory, about", needed, f"{free} free now", delta_color="off", delta_arrow="off")
    if plan.memory_bytes > plan.free_bytes:
        st.warning(
            "More than is free: batches will be computed in parts, which is slower. A smaller"
            " batch or image size needs less."
        )
    counts = [f"{count:,} {NAMES[split]} images" for split, count in plan.counts.items()]
    if plan.further:
        counts.insert(1, f"{plan.further:,} of further data sets")
    st.markdown("  \n".join(counts))
    if folds:
        st.caption(
            f"In each of {folds:d} runs, one a fold: a fold's images are judged by the run that did"
            " not learn from them. The data set's own split is not used."
        )
    else:
        st.caption("The test split is read once, at the end.")
