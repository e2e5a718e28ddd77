"""Compare: runs beside each other on the same test images.

?runs=ID,ID names them, the one that others are compared with first.
"""

import streamlit as st

from medapp.ui.compare.page import choose_runs, draw_comparison
from medapp.ui.shell import frame
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import list_summaries


def draw_page() -> None:
    runs = {run.id: run for run in list_summaries() if run.damage is None and run.figures}
    frame.draw_head("Compare", "Which of two models is better, and whether that can be told")
    if len(runs) < 2:
        words = "A comparison takes two models that were judged on the same test images."
        with frame.draw_empty("Nothing to compare yet", words, "difference"):
            if runs:
                st.page_link(frame.TRAIN, label="Train another model")
            else:
                draw_first_model_button("compare")
        return
    chosen = choose_runs(runs)
    if len(chosen) < 2:
        st.caption(
            "Choose two or more. Each is compared with the first on the test images that all of"
            " them judged; a difference is called one only where its interval leaves out zero."
        )
        return
    draw_comparison(chosen)


frame.require_app()
draw_page()
