"""The page of a cross-validation, and the list of them: figures of each fold and over all."""

from typing import Any

import streamlit as st

from medapp.evaluation.headline import list_headlines
from medapp.evaluation.words import write_figure
from medapp.runs.progress import UNDER_WAY
from medapp.studies.folds import FoldStudy, Pooled, list_studies, pool
from medapp.ui.models.cards import draw_evaluation
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace

AGAIN_SECONDS = 2.0


def draw_studies() -> None:
    """Draw the list of cross-validations, where there are any."""
    studies = list_studies(open_workspace())
    if not studies:
        return
    st.subheader("Cross-validations", anchor=False)
    for study in studies:
        with frame.show_errors():
            pooled = pool(open_workspace(), study)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.page_link(
                    frame.MODELS, label=escape(study.name), query_params={"study": study.id}
                )
                st.caption(escape(f"{study.data_set} · {describe_state(pooled)}"))


def describe_state(pooled: Pooled) -> str:
    """The figure over all folds, or how many are judged."""
    if pooled.evaluation is not None:
        return f"{list_headlines(pooled.evaluation)[0]} over all folds"
    done = sum(evaluation is not None for evaluation in pooled.folds)
    return f"{done} of {len(pooled.folds)} folds are judged"


def draw_study(study: FoldStudy) -> None:
    """Draw one cross-validation; while its runs train, the page looks again by itself."""
    frame.draw_head(
        study.name,
        f"Cross-validation on {study.data_set} · {len(study.runs)} folds",
        {"Models": (frame.MODELS, {})},
    )
    with frame.show_errors():
        pooled = pool(open_workspace(), study)
        if any(state in UNDER_WAY for state in pooled.states):
            _watch(study, pooled.states)
        if pooled.evaluation is not None:
            draw_evaluation(pooled.evaluation, f"all folds of {study.data_set}")
        else:
            st.info("Figures over all folds stand here once each fold has been judged.")
        st.subheader("Folds", anchor=False)
        rows = [_describe_fold(number, study, pooled) for number in range(len(study.runs))]
        st.dataframe(rows, hide_index=True, placeholder="–", alt="Figures of each fold")
        with st.container(horizontal=True):
            for number, (id, state) in enumerate(zip(study.runs, pooled.states, strict=True), 1):
                if state != "gone":
                    page = frame.TRAIN if state in UNDER_WAY else frame.MODELS
                    key = "run" if state in UNDER_WAY else "model"
                    st.page_link(page, label=f"Fold {number:d}", query_params={key: id})


def _watch(study: FoldStudy, states: tuple[str, ...]) -> None:
    """Ask every few seconds whether a fold is done, and draw the page again when one is."""

    @st.fragment(run_every=AGAIN_SECONDS)
    def ask() -> None:
        now = pool(open_workspace(), study).states
        done = sum(state == "done" for state in now)
        st.progress(done / len(now), f"{done:d} of {len(now):d} folds are done")
        if now != states:
            st.rerun()

    ask()


def _describe_fold(number: int, study: FoldStudy, pooled: Pooled) -> dict[str, Any]:
    evaluation = pooled.folds[number]
    row: dict[str, Any] = {"Fold": number + 1, "Status": pooled.states[number]}
    if evaluation is None:
        return row
    first, *_ = list_headlines(evaluation)
    return {
        **row,
        "Images": evaluation.n,
        "Figure": first.title,
        "95% interval": write_figure(first.value, first.interval),
    }
