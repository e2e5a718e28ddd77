"""Where a run stands in one line, and the buttons that stop and resume it."""

import streamlit as st

from medapp.runs.progress import UNDER_WAY, Standing, format_seconds
from medapp.runs.run import Run
from medapp.runs.summary import summarise
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.frame import escape
from medapp.ui.shell.words import state_course


def draw_status(run: Run, state: str, standing: Standing) -> None:
    """Draw the state, the progress or how the run ended, and the button that fits."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="run-state"):
        draw_chip(state)
        with st.container(width="stretch"):
            if state in UNDER_WAY:
                st.progress(standing.share, text=escape(state_pace(standing)))
            else:
                st.markdown(escape(_describe_end(run, state)))
        _draw_control(run, state)


def state_pace(standing: Standing) -> str:
    """What a run under way does, how fast, and how long it still takes, in one line."""
    facts = [standing.activity]
    if standing.last_step:
        facts.append(f"{standing.last_step.images_per_second:,.0f} images/s")
    if standing.seconds_left is not None:
        facts.append(f"{format_seconds(standing.seconds_left)} left")
    return " · ".join(fact for fact in facts if fact)


def _describe_end(run: Run, state: str) -> str:
    """Why a run ended where it did not end well, when it began, and how long it worked."""
    reason = "" if state == "done" else run.find_last_state().reason or ""
    return f"{reason} {state_course(summarise(run))}".strip()


def _draw_control(run: Run, state: str) -> None:
    is_asked = run.is_stop_requested()
    if state in UNDER_WAY and st.button(
        "Stopping" if is_asked else "Stop", icon=":material/stop:", disabled=is_asked
    ):
        run.request_stop()
        st.rerun(scope="fragment")
    if state in ("stopped", "failed", "interrupted") and st.button(
        "Resume", icon=":material/play_arrow:"
    ):
        run.request_resume()
        st.rerun()
