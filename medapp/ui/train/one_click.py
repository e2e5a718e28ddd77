"""One button for a person who does not want to choose settings."""

import streamlit as st

from medapp.data.preprocessing import describe_preprocess
from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.imaging.preprocess import Preprocess
from medapp.runs.making import create_run
from medapp.runs.plan import Advice, plan_preset
from medapp.runs.progress import format_seconds
from medapp.training.recipe.presets import PRESETS
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace
from medapp.ui.train.recipe_form import find_preprocess


def draw_one_click(data_set: DataSet, is_alone: bool) -> None:
    """Draw what a training with good settings is and takes, and the button that starts it.

    Args:
        is_alone: no form beside it says what is wrong with the data set, or what to know of it.
    """
    try:
        preprocess = find_preprocess(data_set)
        advice = _plan(data_set.uid, preprocess.model_dump_json(), data_set, preprocess)
    except MedAppError as error:
        if is_alone:
            st.error(frame.escape(str(error)), icon=":material/error:")
        return
    if is_alone:
        draw_notes(advice.plan.notes)
    with st.container(border=True, key="one-click"):
        takes = format_seconds(advice.plan.seconds)
        train = advice.plan.counts["train"]
        chosen = frame.escape(describe_preprocess(preprocess))
        st.markdown(
            f"**No wish to choose?** *{PRESETS[advice.preset].title}* on {train:,} training images"
            f" of {frame.escape(data_set.name)}, with settings chosen by measurement: about {takes}"
            f" on this machine.{chosen and f' As chosen for it: {chosen}.'}"
        )
        kind: frame.ButtonKind = "primary" if is_alone else "secondary"
        if st.button("Train with good settings", type=kind, icon=":material/auto_awesome:"):
            run = create_run(open_workspace(), advice.recipe)
            st.switch_page(frame.TRAIN, query_params={"run": run.id})


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def _plan(uid: str, settings: str, _data_set: DataSet, _preprocess: Preprocess) -> Advice:
    """The advice, kept for a minute: for 100,000 images it takes more than a second to find."""
    return plan_preset(open_workspace(), _data_set, _preprocess)
