"""The three steps of the main job, with the way to the page that takes each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from medapp.ui.shell import frame


@dataclass(frozen=True)
class Step:
    """One step of the main job, and the page that takes it."""

    title: str
    text: str
    action: str
    page: str
    parameters: Mapping[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        "Bring images",
        "A folder with a subfolder per class or a table of labels, a disc of DICOM, a zip, or"
        " loose files.",
        "Add a data set",
        frame.DATA_SETS,
        {"add": "folder"},
    ),
    Step(
        "Train",
        "Choose what to start from and how much may learn. Watch the curves move.",
        "Train a model",
        frame.TRAIN,
    ),
    Step(
        "Predict",
        "Probabilities for new images, and a heatmap of what spoke for a class.",
        "Predict",
        frame.PREDICT,
    ),
)


def draw_steps(data_sets: int, models: int, counted: str) -> None:
    """The three steps beside each other.

    Once there is a model, the primary button is here; before that, the page proposes a click of its
    own. `counted` says in words how many models there are.
    """
    counts = (
        f"{data_sets:,} data set{'s' * (data_sets != 1)}",
        frame.escape(counted),
        "for any image, or a folder of them" if models else "needs a model",
    )
    following = 0 if not data_sets else 1 if not models else 2
    for number, (column, step) in enumerate(zip(st.columns(3), STEPS, strict=True)):
        with column.container(border=True, height="stretch", key=f"step-{number}"):
            st.subheader(f"{number + 1} · {step.title}", anchor=False)
            st.markdown(step.text)
            st.caption(counts[number])
            # The buttons of the three steps stand on one line.
            st.space("stretch")
            if st.button(
                step.action,
                key=f"go-{number}",
                type="primary" if number == following and models else "secondary",
                width="stretch",
                disabled=number > following,
            ):
                st.switch_page(step.page, query_params=dict(step.parameters))
