"""The views of a model by the question that each answers: a row of questions, a row of views."""

import streamlit as st

from medapp.ui.shell import url

SHOWN = "show"  # the address's parameter
QUESTIONS: dict[str, tuple[str, ...]] = {
    "How good": ("Figures", "Threshold", "Probabilities"),
    "For whom": ("Failures", "Subgroups"),
    "How sturdy": ("Stress test", "Attack", "Another data set"),
    "Why": ("Heatmaps on trial",),
    "How made": ("Curves", "Settings"),
    "Report": ("Report", "Manage"),
}
# What a view was called in addresses that people may have kept.
EARLIER = {"Robustness": "Attack"}
FIRST = next(iter(QUESTIONS.values()))[0]


def choose_view() -> str:
    """Draw the questions, and below them the views of the one that is chosen; gives the view."""
    known = {view: view for views in QUESTIONS.values() for view in views} | EARLIER
    view = known[url.read_choice(SHOWN, known) or FIRST]
    question = next(name for name, views in QUESTIONS.items() if view in views)
    key = f"question-of-{view}"
    with st.container(key="views", gap="small"):
        st.segmented_control(
            "Question",
            list(QUESTIONS),
            default=question,
            required=True,
            wrap=True,
            label_visibility="collapsed",
            key=key,
            on_change=_open_question,
            args=(key,),
        )
        views = QUESTIONS[question]
        # One view alone needs no choice.
        if len(views) > 1:
            st.pills(
                "View",
                views,
                default=view,
                required=True,
                label_visibility="collapsed",
                **url.bind(SHOWN, FIRST),
            )
    return view


def _open_question(key: str) -> None:
    first = QUESTIONS[st.session_state[key]][0]
    url.write(SHOWN, None if first == FIRST else first)
