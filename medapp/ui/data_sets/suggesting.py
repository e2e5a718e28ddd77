"""CT windows for images that come in, suggested by the part of the body that they show."""

from pathlib import Path

import streamlit as st

from medapp.data.importing.ct_windows import CtWindows
from medapp.imaging.windows import MOST, NAMED
from medapp.ui.shell.frame import escape


def draw_windows(path: Path, fitting: CtWindows | None) -> str:
    """Draw the windows that trainings begin with; gives them as one text, "" for none.

    Args:
        fitting: what fits the images; None where they are not all CT, and no window is asked for.
    """
    if fitting is None:
        return ""
    # Another suggestion, as of another part of the folder, begins anew.
    chosen = st.multiselect(
        "CT windows",
        list(NAMED),
        list(fitting.suggested),
        max_selections=MOST,
        select_all=False,
        placeholder="as the files say",
        key=f"windows-{path}-{fitting.suggested}",
        help="Each becomes a channel of what a network sees. Trainings on this data set begin with"
        " them; they can be changed under Preprocess at any time.",
    )
    if fitting.suggested:
        st.caption(escape(fitting.describe()))
    return ", ".join(chosen)
