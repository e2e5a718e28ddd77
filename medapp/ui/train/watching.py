"""A run as it happens and as it went: its state, figures, curves and log.

The panel of a run under way asks for news each second until the run ends, and less often where many
watch, so that what the watchers cost the training does not grow with them.
"""

import time
import uuid

import streamlit as st

from medapp.figures.curves import build_charts
from medapp.runs.progress import INTERVALS, UNDER_WAY, Standing
from medapp.runs.run import Run
from medapp.ui.elements.live_chart import draw_charts, load_charts
from medapp.ui.shell.frame import escape, show_errors
from medapp.ui.shell.server import follow_run, open_workspace
from medapp.ui.train.cards import draw_cards
from medapp.ui.train.status import draw_status

LOG_LINES = 200


def draw_live_panel(run: Run) -> None:
    """Draw the panel of a run under way.

    The panel redraws itself every few seconds, without the rest of the page.
    """
    load_charts()
    interval = _choose_interval(run)
    st.session_state[f"interval-{run.id}"] = interval
    st.fragment(run_every=interval)(_draw)(run.id)


def draw_course(run: Run) -> None:
    """Draw how a run that has ended learned: figures of validation, curves and log."""
    load_charts()
    _draw_learning(run, run.state, follow_run(run).read())


def _draw(run_id: str) -> None:
    run = Run(open_workspace().runs_folder / run_id)
    with show_errors():
        state = run.state
        _rerun_page_on_change(run, state)
        standing = follow_run(run).read()
        draw_status(run, state, standing)
        _draw_learning(run, state, standing)


def _draw_learning(run: Run, state: str, standing: Standing) -> None:
    epochs = standing.plan.epochs if standing.plan else 0
    draw_cards(standing, epochs, state in UNDER_WAY)
    draw_charts(build_charts(standing, state), key=f"charts-{run.id}")
    _draw_log(run, standing)


def _rerun_page_on_change(run: Run, state: str) -> None:
    """Draw the whole page anew when the run has ended, or when others came to watch or went.

    The end of a run ends the polling, and brings the results.
    """
    was = st.session_state.get(f"state-{run.id}")
    st.session_state[f"state-{run.id}"] = state
    has_ended = was in UNDER_WAY and state not in UNDER_WAY
    interval = st.session_state.get(f"interval-{run.id}")
    if has_ended or (state in UNDER_WAY and _choose_interval(run) != interval):
        st.rerun()


def _choose_interval(run: Run) -> int:
    """Seconds from look to look for this tab, which counts as watching from now on."""
    me = st.session_state.setdefault("watcher", uuid.uuid4().hex)
    count = follow_run(run).count_watchers(me, time.monotonic())
    return next(seconds for most, seconds in INTERVALS if count <= most)


def _draw_log(run: Run, standing: Standing) -> None:
    with st.expander("Log", icon=":material/notes:"):
        for text in standing.messages:
            st.markdown(f"- {escape(text)}")
        lines = run.read_log().splitlines()[-LOG_LINES:]
        st.code("\n".join(lines) or "Nothing was printed.", language=None)
