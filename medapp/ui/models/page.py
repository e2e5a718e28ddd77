"""The page of one model: its figures, curves and settings, another data set, and what to do."""

from collections.abc import Callable

import streamlit as st

from medapp.figures.curves import build_charts, list_lines
from medapp.runs.progress import UNDER_WAY
from medapp.runs.run import Run
from medapp.runs.summary import summarise
from medapp.ui.elements.live_chart import draw_charts, load_charts
from medapp.ui.models.external import draw_external
from medapp.ui.models.failures import draw_failures
from medapp.ui.models.figures import draw_figures
from medapp.ui.models.managing import draw_management
from medapp.ui.models.probabilities import draw_probabilities
from medapp.ui.models.report import draw_report
from medapp.ui.models.robustness import draw_robustness
from medapp.ui.models.stress import draw_stress
from medapp.ui.models.subgroups import draw_subgroups
from medapp.ui.models.threshold import draw_threshold
from medapp.ui.models.trial import draw_trial
from medapp.ui.models.views import choose_view
from medapp.ui.shell import frame
from medapp.ui.shell.chip import draw_chip
from medapp.ui.shell.heads import ASKED, JUDGED, draw_head_choice, list_parameters, read_head
from medapp.ui.shell.saving import call_files, draw_numbers
from medapp.ui.shell.server import follow_run
from medapp.ui.shell.words import state_course, state_run
from medapp.ui.train.beginning import draw_again_button, draw_onward_button
from medapp.ui.train.settings import draw_settings


def draw_model_page(run: Run) -> None:
    """Draw the page of one run; the address names the view, and which head is judged."""
    frame.draw_head(run.name, state_run(run), {"Models": (frame.MODELS, {})})
    head = read_head(run, JUDGED)
    call_files(f"{run.name} {run.id} {head.domain or ''}")
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_chip(run.state)
        st.caption(frame.escape(state_course(summarise(run))))
        if run.has_model and st.button(
            "Predict with this model", type="primary", icon=":material/biotech:"
        ):
            where = {"by": run.id, **list_parameters(head, ASKED)}
            st.switch_page(frame.PREDICT, query_params=where)
        draw_onward_button(run)
        draw_again_button(run)
        if run.state == "done":
            st.page_link(frame.COMPARE, label="Compare", query_params={"runs": run.id})
        if run.state in UNDER_WAY or not run.has_model:
            st.page_link(frame.TRAIN, label="Watch it, or resume it", query_params={"run": run.id})
    view = choose_view()
    if view not in OF_RUN:
        draw_head_choice(head, JUDGED, "Head, judged on its own data set", width=560)
        VIEWS[view](head)
    else:
        VIEWS[view](run)


def _draw_curves(run: Run) -> None:
    load_charts()
    charts = build_charts(follow_run(run).read(), run.state)
    draw_charts(charts, key=f"curves-{run.id}")
    draw_numbers("curves", lambda: list_lines(charts))


VIEWS: dict[str, Callable[[Run], None]] = {
    "Figures": draw_figures,
    "Threshold": draw_threshold,
    "Probabilities": draw_probabilities,
    "Failures": draw_failures,
    "Subgroups": draw_subgroups,
    "Stress test": draw_stress,
    "Attack": draw_robustness,
    "Another data set": draw_external,
    "Heatmaps on trial": draw_trial,
    "Curves": _draw_curves,
    "Settings": draw_settings,
    "Report": draw_report,
    "Manage": draw_management,
}
# What is one thing for all heads of a model that has several.
OF_RUN = ("Curves", "Settings", "Manage")
