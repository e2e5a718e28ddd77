"""The button that leaves images out; where those are many, it asks first and says what is left."""

import streamlit as st

from medapp.data.leaving import Remainder
from medapp.ui.shell.frame import escape

HELP = "Nothing learns from images left out or is judged on them. Files stay as they are."


def draw_leaving_out(title: str, remainder: Remainder, key: str, icon: str | None = None) -> bool:
    """Draw the button; gives whether it was pressed, and confirmed where that is asked for.

    Args:
        title: of the button.
        remainder: what would be left.
    """
    if not remainder.is_large:
        return st.button(escape(title), icon=icon, help=HELP, key=key)
    with st.popover(escape(title), icon=icon, help=HELP, key=f"asked-{key}"):
        st.warning(escape(remainder.describe()), icon=":material/warning:")
        st.caption("No file is touched, and it can be undone under *Edits*.")
        return st.button(f"Yes, leave out {remainder.leaving:,} images", type="primary", key=key)
