"""The training images that the model sees most alike to the one in front of the reader."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.errors import MedAppError
from medapp.runs.run import Run
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import draw_gallery
from medapp.ui.predict.predicting import load_model
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_run, open_workspace

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction
    from medapp.runs.siblings import Siblings

ALIKE = "alike"  # in the address: the most alike training images are shown


def shows_siblings() -> bool:
    """Whether the reader asked for the most alike training images."""
    return url.read_choice(ALIKE, ["1"]) is not None


def draw_siblings(run: Run, prediction: "Prediction") -> None:
    """Draw the nearest training images of the two most probable classes, once somebody asks."""
    if prediction.pixels is None or len(prediction.probabilities) < 2:
        return
    if not shows_siblings():
        if st.button("Most alike training images", icon=":material/image_search:"):
            url.write(ALIKE, 1)
            st.rerun()
        return
    st.subheader("Most alike training images", anchor=False)
    try:
        found = _find(run, prediction.pixels, prediction.list_likeliest())
    except MedAppError as error:
        st.caption(escape(str(error)))
        return
    tiles = [
        build_tile(found.data_set, sibling.sample, f"{sibling.distance:.2f}")
        for siblings in found.of_class.values()
        for sibling in siblings
    ]
    note = (
        f"of {found.compared:,}, by what the model sees; the number is how far off (0: alike). They"
        " show what it takes for alike, not why it decides."
    )
    opened = draw_gallery(tiles, found.data_set.classes, "siblings", note)
    if opened is not None:
        where = {"by": run.id, "of": str(found.data_set.id), "sample": str(opened)}
        st.switch_page(frame.PREDICT, query_params=where)


def _find(run: Run, pixels: NDArray[np.uint8], classes: tuple[str, ...]) -> "Siblings":
    """The siblings of an image; those of the last few images are kept."""
    changed = run.model_path.stat().st_mtime_ns
    return _find_kept(run.id, run.domain, changed, pixels, classes)


@st.cache_data(max_entries=32, show_spinner="Comparing with training images")
def _find_kept(
    run_id: str, domain: int, changed: int, pixels: NDArray[np.uint8], classes: tuple[str, ...]
) -> "Siblings":
    from medapp.runs.siblings import find_siblings

    run = open_run(run_id, domain)
    return find_siblings(open_workspace(), run, load_model(run), pixels, classes)
