"""The report card beside a heatmap: is this map, and are this model's maps, worth interpreting?"""

from typing import TYPE_CHECKING

import streamlit as st

from medapp.explanation.methods import METHODS
from medapp.runs.results import load_trials
from medapp.runs.run import Run
from medapp.ui.predict.predicting import load_model
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.heads import JUDGED, list_parameters
from medapp.ui.shell.notes import draw_notes

if TYPE_CHECKING:
    from medapp.explanation.trials.card import Card
    from medapp.prediction.files import Prediction


def draw_map_card(run: Run, prediction: "Prediction", method: str) -> None:
    """Draw what can be said of a prediction's map, and what a trial of the model has said."""
    # Imported here, because the page opens without torch.
    from medapp.explanation.trials.card import judge_card
    from medapp.explanation.trials.words import state_finding

    card = _find_card(run, prediction, method)
    if card is None:
        return
    stage = prediction.heatmap.stage if prediction.heatmap else None
    # A trial reads the method's own stage.
    trial = None if stage else load_trials(run).get(method)
    title = METHODS[method].title + (f" from {stage}" if stage else "")
    with st.container(border=True, key="map-card"):
        st.markdown("**Is this map worth interpreting?**")
        draw_notes(judge_card(card))
        if trial is not None:
            st.markdown(escape(f"On trial: {state_finding(trial)}"))
        else:
            st.caption(
                escape(
                    f"{title} was not tried on this model: whether its maps follow"
                    " what was learned is unknown."
                )
            )
        st.page_link(
            frame.MODELS,
            label="Heatmaps on trial",
            query_params={
                "model": run.id,
                "show": "Heatmaps on trial",
                **list_parameters(run, JUDGED),
            },
            icon=":material/gavel:",
        )


def _find_card(run: Run, prediction: "Prediction", method: str) -> "Card | None":
    """The card; those of the last images are kept for the session."""
    from medapp.prediction.card import describe_map

    if prediction.heatmap is None:
        return None
    kept: dict[tuple[object, ...], Card | None] = st.session_state.setdefault("map-cards", {})
    saved = prediction.file.stat().st_mtime_ns
    key = (
        *(run.id, run.domain, run.model_path.stat().st_mtime_ns),
        *(
            prediction.file,
            saved,
            prediction.frame,
            method,
            prediction.heatmap.class_index,
            prediction.against,
            prediction.heatmap.stage,
        ),
    )
    if key not in kept:
        kept.clear()
        kept[key] = describe_map(load_model(run), prediction, method)
    return kept[key]
