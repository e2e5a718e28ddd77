"""Beside the probabilities of one image: is it of the model's kind, and is the model sure?"""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.prediction.doubt import PROMISE, describe_sets, explain_kind
from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.ui.predict.predicting import load_model
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_run, open_workspace

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction

ANSWER = "answer"  # the parameter that holds whether alien images are answered
ALL = "anyway"


def answers_all() -> bool:
    """Whether the reader asked for an answer for an image unlike all that the model knows."""
    return url.read_choice(ANSWER, [ALL]) is not None


def draw_refusal(run: Run, prediction: "Prediction") -> None:
    """Say why there is no answer, from what the model learned, and offer one all the same."""
    st.error(escape(prediction.refusal or ""), icon=":material/do_not_disturb_on:")
    learned = ", ".join(choice.name for choice in run.recipe.data.learned)
    st.caption(
        f"{escape(name_head(run))} learned from {escape(learned)}, and knows"
        f" {escape(', '.join(run.find_classes()))}."
    )
    if st.button("Answer anyway", icon=":material/quiz:", width="stretch"):
        url.write(ANSWER, ALL)
        st.rerun()


def draw_doubt(run: Run, prediction: "Prediction") -> None:
    """Draw how sure the answer is: kind of image, what is left, a second opinion, calibration."""
    model = load_model(run)
    if prediction.familiar is not None:
        st.markdown(
            f"**Kind of image:** {escape(prediction.familiar.verdict)}",
            help=escape(explain_kind(prediction.familiar)),
        )
    sentences = describe_sets(prediction.sets, prediction.has_several)
    if sentences:
        st.markdown(
            escape(" ".join(sentences)),
            help=PROMISE,
        )
    if prediction.pixels is not None:
        changed = run.model_path.stat().st_mtime_ns
        st.caption(escape(_ask_again(run.id, run.domain, changed, prediction.pixels)))
    draw_notes(model.list_notes())
    if model.familiarity is None and st.button(
        "Let it learn its own kind of image", icon=":material/psychology:"
    ):
        with frame.show_errors(), st.spinner("Looking at its training and validation images"):
            # Imported here, because the page opens without torch.
            from medapp.runs.remembering import remember_kind

            remember_kind(open_workspace(), run)
            st.rerun()


@st.cache_data(max_entries=64, show_spinner="Asking again")
def _ask_again(run_id: str, domain: int, changed: int, pixels: NDArray[np.uint8]) -> str:
    from medapp.prediction.second_opinion import ask_again

    return ask_again(load_model(open_run(run_id, domain)), pixels).describe()
