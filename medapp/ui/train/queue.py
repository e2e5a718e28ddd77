"""Runs that are under way or wait for their turn, each with the way to it."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.summary import Summary
from medapp.ui.shell import frame
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.server import follow_run, open_run
from medapp.ui.train.status import state_pace


def draw_queue(runs: Sequence[Summary]) -> None:
    """Draw those of the runs (newest first) that are under way, in the order of their turns."""
    waiting = [run for run in reversed(runs) if run.is_under_way]
    if waiting:
        st.subheader("Under way and waiting", anchor=False)
    for run in waiting:
        draw_turn(run)


def draw_turn(run: Summary) -> None:
    """Draw the state of one run, the way to it, and how far it is."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"queued-{run.id}"):
        draw_chip(run.state)
        st.page_link(frame.TRAIN, label=frame.escape(run.name), query_params={"run": run.id})
        st.caption(frame.escape(state_pace(follow_run(open_run(run.id)).read())))
