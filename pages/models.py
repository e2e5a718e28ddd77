"""Models: what was trained and how good it is. ?model=ID opens one."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.summary import Summary
from medapp.ui.models.managing import draw_import
from medapp.ui.models.page import draw_model_page
from medapp.ui.models.table import draw_run_table
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import list_summaries, open_run


def draw_page() -> None:
    found = list_summaries()
    runs = [run for run in found if run.damage is None]
    chosen = url.read_choice("model", {run.id for run in runs})
    if chosen:
        draw_model_page(open_run(chosen))
    else:
        draw_list(runs, [run.damage for run in found if run.damage])


def draw_list(runs: Sequence[Summary], damages: Sequence[str]) -> None:
    done = sum(run.has_model for run in runs)
    summary = f"{done:,} trained, {len(runs):,} run{'s' * (len(runs) != 1)} in all"
    frame.draw_head("Models", summary if runs else "What you trained, and how good it is")
    if runs:
        draw_runs(runs)
    else:
        draw_newcomer()
    for reason in damages:
        st.warning(frame.escape(reason), icon=":material/broken_image:")
    draw_import()


def draw_runs(runs: Sequence[Summary]) -> None:
    opened = draw_run_table(runs)
    st.caption(
        "Figures on the n images of each run's own test split, with 95% bootstrap intervals. Tick a"
        " run to open it; click a column's title to sort."
    )
    if opened:
        st.switch_page(frame.MODELS, query_params={"model": opened})


def draw_newcomer() -> None:
    words = (
        "Train one on a data set, or begin with the phantom. A model of a colleague can be"
        " imported below."
    )
    with frame.draw_empty("No model yet", words, "deployed_code"):
        draw_first_model_button("try")


frame.require_app()
draw_page()
