"""The report of one image, to take along: what the page says of it, as one file."""

import functools
from typing import TYPE_CHECKING, Any

import streamlit as st

from medapp.runs.run import Run
from medapp.ui.predict.doubt import answers_all
from medapp.ui.predict.predicting import load_model
from medapp.ui.predict.siblings import shows_siblings
from medapp.ui.shell.server import open_workspace

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction

KINDS = {"html": "text/html", "md": "text/markdown"}
HOLDS = (
    "This image beside its heatmap, probabilities, doubt, and the model with its test figures, in"
    " one page that any browser shows and prints as PDF."
)
OF_OTHERS = "The most alike training images, which this page shows, are in it: other patients'."


def draw_report(
    run: Run, prediction: "Prediction", name: str, method: str, as_contours: bool
) -> None:
    """Draw the button of a prediction's report, which is made when it is asked for.

    Args:
        name: what the image is called in it.
        as_contours: its heatmap is drawn as contours, as on the page; else in colours.
    """
    if prediction.error is not None:
        return
    with st.popover("Report", icon=":material/description:"):
        st.caption(HOLDS)
        patient = st.text_input(
            "Patient", placeholder="as it shall stand in the report, or nothing", key="report-name"
        )
        if shows_siblings():
            st.caption(OF_OTHERS)
        # Read here: a download is made when nothing knows the page's address any more.
        heatmap = prediction.heatmap
        asked = {
            "stage": heatmap.stage if heatmap else None,
            "patient": patient.strip(),
            "method": method,
            "as_contours": as_contours,
            "answers_all": answers_all(),
            "with_siblings": shows_siblings(),
        }
        with st.container(horizontal=True):
            for kind, label in (("html", "HTML"), ("md", "Markdown")):
                st.download_button(
                    label,
                    functools.partial(_write, run, prediction, name, kind, asked),
                    f"report-research-use-only.{kind}",
                    KINDS[kind],
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"report-{kind}",
                )


def _write(
    run: Run, prediction: "Prediction", name: str, kind: str, asked: dict[str, Any]
) -> bytes:
    # Imported here, because a page that only offers a report does without what writes it.
    from medapp.reports.patient import build_patient_report
    from medapp.reports.patient_facts import Wanted, gather_patient
    from medapp.reports.saving import WRITERS

    wanted = Wanted(
        class_name=prediction.explained,
        against=prediction.against,
        frame=prediction.frame,
        **asked,
    )
    model = load_model(run)
    own = name.rpartition("/")[2]
    facts = gather_patient(open_workspace(), run, model, [prediction.file], wanted, [own])
    return WRITERS[f".{kind}"](build_patient_report(facts)).encode()
