"""Which class of another data set means which of a model's: a choice for each."""

from collections.abc import Sequence

import streamlit as st

from medapp.evaluation.class_map import map_classes
from medapp.ui.shell.frame import escape

LEAVE_OUT = "Leave out"


def draw_class_map(theirs: Sequence[str], known: Sequence[str], key: str) -> dict[str, str]:
    """Which class there means which of the model's; "" where it is left out.

    Args:
        key: what the names of the widgets begin with.
    """
    proposed = map_classes(theirs, known)
    is_plain = all(proposed.get(name) == name for name in theirs)
    asked: dict[str, str] = {}
    with st.expander("Classes", expanded=not is_plain, icon=":material/swap_horiz:"):
        st.caption("What each class there means to the model. Only figures need this.")
        for name in theirs:
            options = [*known, LEAVE_OUT]
            start = options.index(proposed.get(name, LEAVE_OUT))
            chosen = st.selectbox(
                escape(name),
                options,
                start,
                key=f"{key}-class {list(theirs)} {list(known)} {name}",
            )
            asked[name] = "" if chosen == LEAVE_OUT else chosen
    return asked
