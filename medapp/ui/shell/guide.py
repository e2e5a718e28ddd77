"""Help that comes with the program: the main job, the keys, the words."""

import streamlit as st

from medapp import __version__
from medapp.ui.shell.frame import escape

TEXT = """
**The main job.** *Data sets*: register a folder with one subfolder for each class; it stays where
it is. *Train*: choose what to start from and how much may learn, and watch the curves. *Models*:
how good a model is on images that it has not seen. *Predict*: probabilities for new images, and a
heatmap of what spoke for a class.

**Keys.** On an image: + and − zoom, 0 shows the whole image, ← and → go to the next one. Among
thumbnails: arrows move, Enter opens. Tab goes from control to control.

**Light or dark.** The menu ⋮ at the top right chooses the theme, and prints the page.

**Words.**
- *Split*: which images train a model, which choose its best epoch (validation), which
  judge it (test).
- *Overfitting*: a model that learned its training images by heart; its validation loss rises.
- *Sensitivity* (recall): the share of a class's images that are found. *Specificity*: the share of
  all others that are not taken for it. *AUROC*: how well images of a class are ranked above others.
- *95% interval*: where the figure would lie for other images of the same kind; few images make it
  wide.
- *Heatmap*: where the image spoke for a class. Each is scaled to its own maximum; its *strength*
  says how much that is worth beside the other classes.

Research use only. In a shell, `medapp --help` and `medapp doctor` tell more.
"""


def draw_guide() -> None:
    """Draw the version, and the button that opens the help, below the navigation."""
    with st.sidebar:
        if st.button("Help", icon=":material/help:", type="tertiary", key="help"):
            _show_help()
        st.caption(f"MedApp {escape(__version__)} · theme: menu ⋮ at the top right")


@st.dialog("Help", width="large")
def _show_help() -> None:
    st.markdown(TEXT)
